/** The instants of a delivery at which a crash must do no harm, in order. */
export type DeliveryFaultPoint = 'leased' | 'dispatching' | 'before_send' | 'after_send' | 'settled'
/** `evidence_stored`: a file lies in its store and nobody has recorded it. */
export type FaultPoint = DeliveryFaultPoint | 'evidence_stored'

/**
 * Kills this process, as a crash would, at the point named by `COUNTERSIGN_FAULT_POINT`. For the fault tests, which kill
 * the real process at each point and count effects; never in production.
 */
export function faultPoint(point: FaultPoint): void {
  if (process.env.COUNTERSIGN_FAULT_POINT === point && process.env.NODE_ENV !== 'production') {
    process.kill(process.pid, 'SIGKILL')
  }
}
