// Plain JavaScript: asked before anything is installed.
import { setTimeout as sleep } from 'node:timers/promises'

/** How long a group may take to end by itself before it is killed. */
const GROUP_STOP_TIMEOUT_MS = 5000
const GROUP_POLL_MS = 20

/**
 * Ends a process group, and resolves when nothing of it runs any more.
 *
 * @param {number} leader the process that it was made for
 */
export async function endGroup(leader) {
  const deadline = Date.now() + GROUP_STOP_TIMEOUT_MS
  let killed = false
  for (let there = signalled(leader, 'SIGTERM'); there; there = signalled(leader, 0)) {
    if (!killed && Date.now() > deadline) {
      signalled(leader, 'SIGKILL')
      killed = true
    }
    await sleep(GROUP_POLL_MS)
  }
}

/** False when there is no such group any more. */
function signalled(leader, signal) {
  try {
    process.kill(-leader, signal)
    return true
  } catch (error) {
    if (error.code === 'ESRCH') return false
    throw error
  }
}
