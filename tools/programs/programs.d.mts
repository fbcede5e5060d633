export function compilePrograms(): Promise<void>
export function programArguments(program: string): string[]
export function runProgram(program: string): Promise<void>
