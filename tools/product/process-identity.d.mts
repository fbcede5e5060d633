export function processIdentity(pid: number): string | undefined
export function processStart(pid: number): string | undefined
