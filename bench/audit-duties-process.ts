import { createPrivateKey, createPublicKey } from 'node:crypto'
import { runSequencer } from '@countersign/kernel/audit/sequencer.ts'
import { type SignerKey, verifierKey } from '@countersign/kernel/audit/signed-note.ts'
import { runSigner } from '@countersign/kernel/audit/signer.ts'
import { witnessDirectory } from '@countersign/kernel/audit/witness-directory.ts'
import pg from 'pg'

/** What S-02 adds to S-01: sequencer, tiles, signer and witness, and nothing else of the worker. */
const {
  SEQUENCER_DATABASE_URL,
  SIGNER_DATABASE_URL,
  WITNESS_DIRECTORY = '',
  AUDIT_SIGNING_KEY = '',
  AUDIT_ORIGIN = '',
} = process.env
const privateKey = createPrivateKey(AUDIT_SIGNING_KEY)
const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
const key: SignerKey = { ...verifierKey(AUDIT_ORIGIN, Buffer.from(x, 'base64url')), privateKey }
const stopping = new AbortController()
const { signal } = stopping
const onProblem = (error: unknown) => process.stderr.write(`${String(error)}\n`)
const sequencer = new pg.Pool({ connectionString: SEQUENCER_DATABASE_URL, max: 3 })
const signer = new pg.Pool({ connectionString: SIGNER_DATABASE_URL, max: 2 })
process.once('SIGTERM', () => stopping.abort())
process.stdout.write('ready\n')
await Promise.all([
  runSequencer({ pool: sequencer, signal, onProblem }),
  runSigner({
    pool: signer,
    signal,
    key,
    witness: witnessDirectory(WITNESS_DIRECTORY, key),
    onProblem,
    onHalt: ({ message }) => onProblem(message),
  }),
])
await Promise.all([sequencer.end(), signer.end()])
process.exit(0)
