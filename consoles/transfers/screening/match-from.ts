/** From this score on a name is a hit, unless a rule says otherwise. */
export const MATCH_FROM = 0.8
