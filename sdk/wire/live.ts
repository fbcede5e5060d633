/** One message of the live stream (C-11). */
export type Change = { topic: string; kind: string; id: string; position: string | number }
