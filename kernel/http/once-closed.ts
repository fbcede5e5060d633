import type { ServerResponse } from 'node:http'

/** Calls `done` once the response is over, sent or given up; at once where it was before anybody could listen. */
export function onceClosed(response: ServerResponse, done: () => void): void {
  if (response.destroyed) done()
  else response.once('close', done)
}
