import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  formatCheckpoint,
  generateSignerKey,
  NoteError,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseSignerKey,
  parseVerifierKey,
  signNote,
} from './signed-note.ts'
import * as standalone from './verify-log.mjs'

// golang.org/x/mod/sumdb/note, note_test.go (BSD-3-Clause): the vectors every implementation is checked with.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const PETER_SECRET = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
const ENOCH_LINE =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n'

const peter = parseVerifierKey(PETER)
const enoch = parseVerifierKey(ENOCH)
const codeOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof NoteError) return error.code
    throw error
  }
  return 'accepted'
}

test('C-26 a published verifier key is read and written back', () => {
  expect(peter).toMatchObject({ name: 'PeterNeumann', id: 0xc74f20a3, text: PETER })
  expect(parseSignerKey(PETER_SECRET).text).toBe(PETER)
})

test('C-26 every mangling of a key is refused', () => {
  for (let start = 0; start < PETER.length; start += 1) {
    for (let end = start + 1; end <= PETER.length; end += 1) {
      if (end - start === PETER.length) continue
      expect(codeOf(() => parseVerifierKey(PETER.slice(start, end)))).toBe('malformed_key')
    }
    const next =
      PETER.slice(0, start) + String.fromCharCode(PETER.charCodeAt(start) + 1) + PETER.slice(start + 1)
    expect(
      codeOf(() => parseVerifierKey(next)),
      next,
    ).toBe('malformed_key')
  }
  // Wrong length and unknown algorithm, with the hash adjusted to fit.
  for (const text of [
    'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
    'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  ]) {
    expect(codeOf(() => parseVerifierKey(text))).toBe('malformed_key')
  }
})

test('K-33 signing gives the published note', () => {
  expect(signNote(TEXT, parseSignerKey(PETER_SECRET))).toBe(`${TEXT}\n${PETER_LINE}`)
  expect(codeOf(() => signNote('abc', parseSignerKey(PETER_SECRET)))).toBe('malformed_note')
})

test('K-33 a note is opened by those whose keys are known; other signatures are ignored', () => {
  const note = `${TEXT}\n${PETER_LINE}${ENOCH_LINE}`
  expect(openNote(note, [peter])).toEqual({ text: TEXT, signedBy: [peter] })
  expect(openNote(note, [peter, enoch]).signedBy).toEqual([peter, enoch])
  expect(codeOf(() => openNote(note, []))).toBe('unknown_signer')
  expect(codeOf(() => openNote(note.replace('cryptography', 'Cryptography'), [peter]))).toBe('bad_signature')
  const broken = `${PETER_LINE.slice(0, 60)}ABCD${PETER_LINE.slice(60)}`
  expect(codeOf(() => openNote(`${TEXT}\n${broken}`, [peter]))).toBe('bad_signature')
})

test.each([
  TEXT,
  `${TEXT}\n`,
  `${TEXT}\n${PETER_LINE.slice(0, -1)}`,
  `\u0001${TEXT}\n${PETER_LINE}`,
  `\ud800${TEXT}\n${PETER_LINE}`,
  `${TEXT}\n${PETER_LINE.replace('PeterNeumann', 'Bad Name')}`,
  `${TEXT}\n${PETER_LINE}Unexpected line.\n`,
  `${TEXT}\n${PETER_LINE.repeat(101)}`,
])('K-33 malformed note %#', (note) => {
  expect(codeOf(() => openNote(note, [peter]))).toBe('malformed_note')
})

test('K-33 checkpoints read and write as tlog-checkpoint has them', () => {
  // c2sp.org/tlog-checkpoint, the example.
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
  const checkpoint = parseCheckpoint(text)
  expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 })
  expect(formatCheckpoint(checkpoint)).toBe(text)
  expect(parseCheckpoint(`${text}an extension\n`)).toEqual(checkpoint)
})

// transparency-dev/formats, log/checkpoint_test.go.
test.each([
  'Head\n9944\n',
  '\n9944\ndGhlIHZpZXcgZnJvbSB0aGUgdHJlZSB0b3BzIGlzIGdyZWF0IQ==\n',
  'Log\n123\nYmFuYW5hcw==',
  'Log\nbananas\ndGhlIHZpZXcgZnJvbSB0aGUgdHJlZSB0b3BzIGlzIGdyZWF0IQ==\n',
  'Log\n-34\ndGhlIHZpZXcgZnJvbSB0aGUgdHJlZSB0b3BzIGlzIGdyZWF0IQ==\n',
  'Log\n3438945738945739845734895735\ndGhlIHZpZXcgZnJvbSB0aGUgdHJlZSB0b3BzIGlzIGdyZWF0IQ==\n',
  "Log\n123\nThisIsn'tBase64\n",
  'Log\n0123\nYmFuYW5hcw==\n',
])('K-33 malformed checkpoint %#', (text) => {
  expect(codeOf(() => parseCheckpoint(text))).toBe('malformed_checkpoint')
})

test('K-33 a fresh key signs what both verifiers accept, and neither accepts it altered', () => {
  const key = parseSignerKey(generateSignerKey('countersign.example/audit'))
  const root = createHash('sha256').update('root').digest()
  const note = signNote(formatCheckpoint({ origin: key.name, size: 12, root }), key)
  expect(openCheckpoint(note, [parseVerifierKey(key.text)])).toEqual({ origin: key.name, size: 12, root })
  expect(standalone.openCheckpoint(note, standalone.parseKey(key.text))).toEqual({ size: 12, root })
  const altered = note.replace('\n12\n', '\n13\n')
  expect(codeOf(() => openCheckpoint(altered, [key]))).toBe('bad_signature')
  expect(() => standalone.openCheckpoint(altered, standalone.parseKey(key.text))).toThrow(/not signed/)
  expect(() => standalone.parseKey(key.text.replace('+', '+0'))).toThrow(/not an Ed25519/)
})
