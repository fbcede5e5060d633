import type { AchEntry } from '../import/ach-entry.ts'
import type { HttpConnection } from '../import/http-json.ts'
import { type UpstreamFiles, upstreamFiles } from '../import/upstream-files-http.ts'

/** The file API of the core transfer service: Nacha entries, in the shape of the upstream contract. */
export function ctsFiles(connection: HttpConnection): UpstreamFiles<AchEntry> {
  return upstreamFiles<AchEntry>(connection, 'entries')
}
