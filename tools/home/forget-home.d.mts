export function postgresElsewhere(installation: string): string
export function forgetHome(directory: string): void
