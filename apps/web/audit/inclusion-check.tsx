import { verifyInclusion } from '@countersign/sdk/verify-inclusion.ts'
import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { useMutation } from '@tanstack/react-query'
import styles from './audit-page.module.css'

const WHYS = {
  leaf_not_in_tree: 'audit.proof.leafNotInTree',
  checkpoint_differs: 'audit.proof.checkpointDiffers',
  signature_wrong: 'audit.proof.signatureWrong',
  malformed: 'audit.proof.malformed',
} as const

/** Proves in this browser that the entry is in the signed log; the server is asked for material, not for a verdict. */
export function InclusionCheck({ entry }: { entry: AuditEntry }) {
  const t = useText()
  const client = useClient()
  const check = useMutation({
    mutationFn: async () => {
      const [canonical, proof, key] = await Promise.all([
        client.auditCanonical(entry.id),
        client.auditProof(entry.id),
        client.auditKey(),
      ])
      return { result: await verifyInclusion(canonical, proof, key), path: proof.inclusion_path.length }
    },
  })
  return (
    <section className={styles.proof} aria-live="polite">
      <div className={styles.proofHead}>
        <h3 className={styles.heading}>{t('audit.proof')}</h3>
        <Button size="small" busy={check.isPending} onClick={() => check.mutate()}>
          {t(check.data === undefined ? 'audit.proof.check' : 'audit.proof.again')}
        </Button>
      </div>
      {check.isPending ? <Skeleton lines={4} label={t('audit.proof.checking')} /> : null}
      {check.isError ? <ProblemNotice error={check.error} onRetry={() => check.mutate()} /> : null}
      {check.data === undefined || check.isPending ? (
        check.isIdle ? (
          <p className={styles.muted}>{t('audit.proof.lead')}</p>
        ) : null
      ) : (
        <Verdict {...check.data} />
      )}
    </section>
  )
}

function Verdict({ result, path }: { result: Awaited<ReturnType<typeof verifyInclusion>>; path: number }) {
  const t = useText()
  const language = useLanguage()
  if (!result.ok) {
    return (
      <p className={styles.bad} role="alert">
        ✗ {t(WHYS[result.why])}
      </p>
    )
  }
  const number = numberFormat(language)
  return (
    <>
      <p className={styles.good}>✓ {t('audit.proof.good')}</p>
      <Facts
        facts={[
          {
            label: t('audit.proof.leaf'),
            value: (
              <>
                {t('audit.proof.leafOf', {
                  index: number.format(result.index + 1),
                  size: number.format(result.size),
                })}
                <br />
                <code className={styles.hash}>{result.leaf}</code>
              </>
            ),
          },
          { label: t('audit.proof.path'), value: t('audit.proof.hashes', { count: path }) },
          { label: t('audit.proof.root'), value: <code className={styles.hash}>{result.root}</code> },
          {
            label: t('audit.proof.signedBy'),
            value: `${result.origin} · ${t(
              result.signature === 'verified' ? 'audit.signature.verified' : 'audit.signature.unsupported',
            )}`,
          },
        ]}
      />
    </>
  )
}
