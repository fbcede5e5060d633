/** Leaves for a sign-in that comes back to this very place. @param maxAgeS how recent it has to be, in s */
export function signInAgain(maxAgeS?: number): void {
  const { pathname, search } = window.location
  window.location.assign(
    `/auth/login?${maxAgeS === undefined ? '' : `max_age=${maxAgeS}&`}return_to=${encodeURIComponent(`${pathname}${search}`)}`,
  )
}
