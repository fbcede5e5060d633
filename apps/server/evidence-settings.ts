import { type EvidenceStore, evidenceDirectory } from '@countersign/kernel/evidence/evidence-store.ts'
import { type Scanner, scannerOf } from '@countersign/kernel/evidence/scan-evidence.ts'
import type { WorkerConfig } from './config.ts'

/** Where evidence lies and who scans it, as server and worker both have it. */
export function evidenceSettings(
  config: Pick<
    WorkerConfig,
    'EVIDENCE_DIRECTORY' | 'EVIDENCE_SCAN_COMMAND' | 'EVIDENCE_SCAN_URL' | 'EVIDENCE_SCAN_TIMEOUT_MS'
  >,
): { readonly store: EvidenceStore; readonly scan: Scanner | undefined } {
  return {
    store: evidenceDirectory(config.EVIDENCE_DIRECTORY),
    scan: scannerOf({
      command: config.EVIDENCE_SCAN_COMMAND?.split(' ').filter(Boolean),
      url: config.EVIDENCE_SCAN_URL,
      timeoutMs: config.EVIDENCE_SCAN_TIMEOUT_MS,
    }),
  }
}
