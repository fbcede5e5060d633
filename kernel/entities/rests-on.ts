/** Between a record's own version and that of what an action on it rests on besides; in no version of an upstream. */
const BESIDE = '~'

/** The version of what an action is decided on, where that is more than the record's own version tells. */
export function versionWith(version: string, beside: string | undefined): string {
  return beside === undefined ? version : `${version}${BESIDE}${beside}`
}

/** The record's own, as its upstream knows it. */
export function ownVersion(version: string): string {
  const [own = version] = version.split(BESIDE)
  return own
}

/** Whether somebody who names a version means this one: whoever read the record alone knows its own. */
export function isVersion(named: string, version: string): boolean {
  return named === version || named === ownVersion(version)
}
