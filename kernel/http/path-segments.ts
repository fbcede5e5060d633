/** Encodings within encodings of other characters than the percent sign, of which any number is undone at once. */
const DECODED_TIMES_MAX = 12
/** A percent sign that was encoded again and again: `%2525…`. */
const ENCODED_PERCENT = /%(?:25)+(?=[0-9a-f]{2})/gi

export type PathSegments = {
  /** As they stand there, `.` and `..` among them. */
  readonly written: readonly string[]
  /** As they are once `.` and `..` have been followed (RFC 3986 §5.2.4). */
  readonly followed: readonly string[]
}

/**
 * The segments of a path as whoever means to be understood differently by two readers could have meant them: percent-encodings undone
 * however often they were made, in small letters, compatible forms of letters as the letters (Unicode NFKC), without characters that
 * nobody sees, backslashes as slashes, empty segments and parameters of segments (`;…`) left out.
 */
export function pathSegments(url: string): PathSegments {
  const [path = ''] = url.split(/[?#]/)
  const plain = decoded(path)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replaceAll('\\', '/')
  const written = plain
    .split('/')
    .map((segment) => segment.split(';')[0]?.trim() ?? '')
    .filter((segment) => segment !== '')
  const followed: string[] = []
  for (const segment of written) {
    if (segment === '..') followed.pop()
    else if (segment !== '.') followed.push(segment)
  }
  return { written, followed }
}

function decoded(path: string): string {
  let now = path
  for (let times = 0; times < DECODED_TIMES_MAX; times += 1) {
    const next = now.replace(ENCODED_PERCENT, '%').replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
      // What is no UTF-8 becomes a sign of its own, and hides nothing.
      return bytes.toString('utf8')
    })
    if (next === now) break
    now = next
  }
  return now
}
