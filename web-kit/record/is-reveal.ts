/** Whether an action shows personal data: the kernel names each `<console>.reveal_<kind>`. */
export function isReveal(action: string): boolean {
  return /^[a-z]+\.reveal_/.test(action)
}
