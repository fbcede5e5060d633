#!/usr/bin/env node
// Verifies an audit log, or a bundle exported from one. This file needs nothing but Node.js (20.12 or later) and
// shares no code with what writes the log, so that an auditor can read it, keep it, and run it elsewhere:
//
//   node verify-log.mjs --bundle FILE [--checkpoint FILE] [--key FILE]
//
// What is checked: each entry's bytes hash to its leaf (RFC 6962 §2.1); the leaves, in order, give the root of every
// signed checkpoint met on the way and of the one given; the checkpoints are signed by the log's key (C2SP signed note,
// Ed25519). The key may change only by an entry of two people, and only where both keys have signed a checkpoint that
// covers it; the key given must be one of them. Without --key the keys named in the bundle are believed, which shows only
// that the bundle agrees with itself. A checkpoint from elsewhere that is not of this history is excused only where an
// entry of two people has declared that very checkpoint lost; that is reported. Exits with 0 when the log is as signed,
// 1 when it is not, 2 when nothing could be checked.
import { createPublicKey, hash, verify } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** As signed is 0, not as signed 1; this is: nothing was checked, for what was given is no bundle, key or checkpoint. */
const NOT_CHECKED_EXIT_CODE = 2
const HASH_BYTES = 32
const TILE_LEVELS = 8
const TILE_WIDTH = 2 ** TILE_LEVELS
/** A line of a bundle holds at most one entry of 65,535 bytes, or one tile, in base64. */
const LINE_MAX_BYTES = 262_144

// ---- RFC 6962 hashing -------------------------------------------------------------------------------------------

const leafInput = Buffer.alloc(1 + 65_535)
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

// A hash is asked for in hexadecimal and written where it is wanted: a Buffer for each would cost more than hashing.

/** Writes the hash of an entry's leaf to a place in `out`. */
function writeLeafHash(entry, out, at) {
  if (entry.length >= leafInput.length) throw new Malformed(`an entry of ${entry.length} bytes`)
  leafInput.set(entry, 1)
  out.write(hash('sha256', leafInput.subarray(0, 1 + entry.length), 'hex'), at, 'hex')
}

export function leafHash(entry) {
  const leaf = Buffer.alloc(HASH_BYTES)
  writeLeafHash(entry, leaf, 0)
  return leaf
}

/** Writes the hash of a node to `out`, which may be one of its children. */
function writeNodeHash(left, right, out) {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + HASH_BYTES)
  out.write(hash('sha256', nodeInput, 'hex'), 0, 'hex')
}

/** Subtrees of a tree of 2^53 leaves, which no number here goes beyond. */
const LEVELS_MAX = 54

/** A tree that grows from left to right and keeps only the roots of its complete subtrees, one of each level. */
function growingTree() {
  const roots = Array.from({ length: LEVELS_MAX }, () => Buffer.alloc(HASH_BYTES))
  const added = Buffer.alloc(HASH_BYTES)
  const above = Buffer.alloc(HASH_BYTES)
  let size = 0
  return {
    size: () => size,
    /** Adds a leaf, or a whole complete subtree of 2^level leaves that begins at a multiple of its size. */
    push(root, level = 0) {
      added.set(root)
      let at = level
      // There is a subtree to the left of the same level wherever the number of those of that level is odd.
      for (let count = size / 2 ** level; count % 2 === 1; count = (count - 1) / 2) {
        writeNodeHash(roots[at], added, above)
        roots[at].set(added)
        added.set(above)
        at += 1
      }
      roots[at].set(added)
      size += 2 ** level
    },
    /** The root of the subtree of 2^level leaves that was completed last. */
    lastComplete: (level) => Buffer.from(roots[level]),
    root() {
      let right
      for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / 2)) {
        if (count % 2 === 0) continue
        if (right) writeNodeHash(roots[level], right, right)
        else right = Buffer.from(roots[level])
      }
      return right ?? hash('sha256', '', 'buffer')
    },
  }
}

// ---- C2SP signed notes and checkpoints --------------------------------------------------------------------------

/** Reads a verifier key, `name+hash+base64(0x01 ‖ 32 bytes)`. */
export function parseKey(text) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\s*$/.exec(text) ?? []
  const typed = Buffer.from(encoded ?? '', 'base64')
  if (typed.length !== 1 + HASH_BYTES || typed[0] !== 1)
    throw new Malformed('the key is not an Ed25519 verifier key')
  const expected = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4)
  if (expected.toString('hex') !== id)
    throw new Malformed(`the key's hash is ${expected.toString('hex')}, not ${id}`)
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), typed.subarray(1)])
  return { name, id: expected, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}

const SIGNED_TREE = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n/

/** Reads a checkpoint, unverified: origin, tree size, root, a line each, then the signatures. */
export function readCheckpoint(note) {
  const end = note.lastIndexOf('\n\n')
  const text = note.slice(0, end + 1)
  const [, origin, size, root] = SIGNED_TREE.exec(text) ?? []
  if (end < 0 || origin === undefined) throw new Malformed('the checkpoint is not a signed note of a tree')
  return {
    origin,
    size: Number(size),
    root: Buffer.from(root, 'base64'),
    text,
    lines: note.slice(end + 2).split('\n'),
  }
}

function isSignedBy({ origin, text, lines }, key) {
  const signed = lines
    .filter((line) => line.startsWith(`— ${key.name} `))
    .map((line) => Buffer.from(line.slice(key.name.length + 3), 'base64'))
    .filter((signature) => signature.subarray(0, 4).equals(key.id))
  return (
    origin === key.name &&
    signed.length > 0 &&
    signed.every((s) => verify(null, Buffer.from(text), key.publicKey, s.subarray(4)))
  )
}

/** Reads a checkpoint that one key has signed. */
export function openCheckpoint(note, key) {
  const checkpoint = readCheckpoint(note)
  requireOrigin(checkpoint, key)
  if (!isSignedBy(checkpoint, key)) throw new Malformed(notSigned(checkpoint, key))
  return { size: checkpoint.size, root: checkpoint.root }
}

function requireOrigin({ origin }, key) {
  if (origin !== key.name)
    throw new Malformed(`the checkpoint is of the log ${origin}, the key of ${key.name}`)
}

function notSigned({ size }, key) {
  return `the checkpoint of ${size} entries is not signed by the key ${key.name}+${key.id.toString('hex')}`
}

// ---- What the log declares of itself ----------------------------------------------------------------------------

const RECOVER = 'kernel.recover_audit_log'
const ROTATE = 'kernel.rotate_audit_key'
const DECLARING = [RECOVER, ROTATE].map((name) => Buffer.from(name))

/**
 * Follows the entries in which two people have declared that a history is lost, or that another key signs: one asked
 * for it, and another made it so, on the same request and with the same words.
 */
function declarations() {
  const asked = new Map()
  const forks = []
  const rotations = []
  return {
    forks,
    rotations,
    /** @returns why the entry declares what it may not, if so */
    entry(index, canonical) {
      if (!DECLARING.some((name) => canonical.includes(name))) return undefined
      const fact = JSON.parse(canonical)
      if (fact.kind !== 'action' || (fact.action !== RECOVER && fact.action !== ROTATE)) return undefined
      const words = JSON.stringify([fact.action, fact.detail])
      if (fact.transition?.to === 'pending') {
        asked.set(fact.action_request_id, { index, by: fact.actor.id, words })
        return undefined
      }
      if (fact.transition?.to !== 'executed') return undefined
      const request = asked.get(fact.action_request_id)
      if (request?.words !== words || request.by === fact.actor.id) {
        return 'declared by one person alone: nobody else had asked for this'
      }
      const who = {
        declared_by: request.by,
        agreed_by: fact.actor.id,
        at: fact.at,
        entries: [request.index, index],
      }
      if (fact.action === RECOVER) forks.push({ ...fact.detail.fork, ...who })
      else rotations.push({ ...fact.detail.rotation, ...who, index, id: fact.id })
      return undefined
    },
    /** Two people have declared that this very checkpoint is lost. */
    isLost: ({ size, root }) =>
      forks.some(({ lost }) => lost?.size === size && lost.root === root.toString('base64')),
  }
}

/** The keys of the log, one after the other: each from the entry on that declares it. */
function keyChain(first, declared) {
  const chain = [{ key: parseKey(first), text: first.trim(), from: 0, linked: true }]
  let seen = 0
  let signed = 0
  let met = -1
  const follow = () => {
    for (; seen < declared.rotations.length; seen += 1) {
      const { old_key, new_key, index, id } = declared.rotations[seen]
      const last = chain.at(-1)
      // Anything but a change of the key in force to one of the same log changes nothing.
      if (old_key !== last.text || new_key?.split('+')[0] !== last.key.name) continue
      chain.push({ key: parseKey(new_key), text: new_key, from: index + 1, linked: false, index, id })
    }
    return chain
  }
  return {
    name: chain[0].key.name,
    signed: () => signed,
    /** Whether the key in force at its size has signed it. */
    accepts(checkpoint) {
      const at = follow().findLastIndex(({ from }) => from <= checkpoint.size)
      const link = chain[at]
      met = Math.max(met, checkpoint.size)
      if (!isSignedBy(checkpoint, link.key)) return notSigned(checkpoint, link.key)
      if (!link.linked) link.linked = isSignedBy(checkpoint, chain[at - 1].key)
      signed += 1
      return undefined
    },
    /** For a checkpoint of a history that is lost: any key of the log, as it was then. */
    hasSigned: (checkpoint) => follow().some(({ key }) => isSignedBy(checkpoint, key)),
    /** What is wrong with the keys as a whole, once every checkpoint has been met. */
    *faults(given) {
      follow()
      if (given !== undefined && !chain.some(({ text }) => text === given.trim())) {
        yield new FirstBad(0, null, `unsigned: the log is not signed by the key ${given.trim()}`)
      } else if (signed === 0 && met >= 0) {
        yield new FirstBad(0, null, `unsigned: no checkpoint is signed by the key ${chain[0].text}`)
      }
      for (const { from, linked, index, id, text } of chain) {
        if (!linked && met >= from) {
          const why = `altered: no checkpoint is signed by both the key declared here (${text}) and the one before it`
          yield new FirstBad(index, id, why)
        }
      }
    },
    report: () => chain.slice(1).map(({ text, from }) => ({ key: text, from_size: from })),
  }
}

// ---- The check --------------------------------------------------------------------------------------------------

/** The first entry that is not as it was signed. */
export class FirstBad extends Error {
  constructor(index, entry, why) {
    super(why)
    this.firstBad = { index, entry, why }
  }
}

/** Of the bad entries, so many are named; all are counted. */
const BAD_LISTED_MAX = 100

/** Bad entries met on the way, so that one of them does not hide the others. */
export function badEntries() {
  const listed = []
  let count = 0
  let firstEntry
  const least = (one, other) => (one === undefined || other.index < one.index ? other : one)
  const note = (error) => {
    if (!(error instanceof FirstBad)) throw error
    count += 1
    if (listed.length < BAD_LISTED_MAX) listed.push(error.firstBad)
    return error.firstBad
  }
  return {
    /** Notes a bad entry and goes on; any other error is thrown on. */
    add(error) {
      firstEntry = least(firstEntry, note(error))
    },
    /** The same of what stands beside the entries: a checkpoint, say. */
    addBeside: note,
    count: () => count,
    /**
     * The members of a report, in the order of the log; `last` is what ended the check, which follows from the bad
     * entries met before it, where there are any.
     */
    members(last) {
      if (last) count += 1
      const bad = [...[...listed].sort((a, b) => a.index - b.index), ...(last ? [last.firstBad] : [])]
      return count === 0 ? {} : { first_bad: firstEntry ?? bad.reduce(least), bad, bad_count: count }
    },
  }
}

/** What was given cannot be read as what it should be. */
export class Malformed extends Error {}

/** A file that is no audit bundle, no key, no checkpoint: nothing has been checked, so nothing is said of a log. */
export class NotReadable extends Error {}

/**
 * Takes a log from left to right, tile by tile: the 256 leaf hashes of a tile, then its entries in order. Holds one
 * tile at a time. `complete` demands every entry; otherwise tiles without a wanted entry may be given as the hash of
 * a subtree. Throws FirstBad at the first thing that is wrong.
 */
export function createCheck({ treeSize, complete, firstKey, givenKey, bad }) {
  const tree = growingTree()
  const declared = declarations()
  const keys = firstKey === undefined ? undefined : keyChain(firstKey, declared)
  const expected = new Map()
  const leaf = Buffer.alloc(HASH_BYTES)
  const conflicts = []
  let tile
  let entries = 0
  let lastGood = 0

  const position = () => (tile ? tile.next : tree.size())

  function endTile() {
    if (!tile) return undefined
    const { first, width, hashes, canonical } = tile
    if (complete && tile.next < first + width)
      throw new FirstBad(tile.next, null, 'missing: the entry is not there')
    tile = undefined
    for (let at = 0; at < width; at += 1) {
      tree.push(hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
      if (expected.has(tree.size())) requireRoot((index) => idOf(canonical[index - first]))
    }
    return width === TILE_WIDTH ? tree.lastComplete(TILE_LEVELS) : undefined
  }

  function requireRoot(idAt = () => null) {
    const size = tree.size()
    const wanted = expected.get(size) ?? []
    expected.delete(size)
    const root = wanted.length > 0 ? tree.root() : undefined
    let good = false
    for (const { checkpoint, kept } of wanted) {
      const same = checkpoint.root.equals(root)
      const unsigned = keys && checkpoint.text && (same || !kept) ? keys.accepts(checkpoint) : undefined
      if (unsigned) {
        if (kept) throw new Malformed(unsigned)
        tell(new FirstBad(size, null, `altered: ${unsigned}`))
        continue
      }
      if (same) {
        good = true
        continue
      }
      const range = `entries ${lastGood} to ${size - 1}`
      const error = new FirstBad(
        lastGood,
        idAt(lastGood),
        `altered: ${range} are not those of the checkpoint signed at ${size}`,
      )
      if (!kept) throw error
      conflicts.push({ checkpoint, error })
    }
    if (good) lastGood = size
  }

  function tell(error) {
    if (!bad) throw error
    bad.add(error)
  }

  /** Of another history than this one: excused where it is the one that was declared lost. */
  function requireLost(checkpoint, error) {
    if (keys && checkpoint.text && !keys.hasSigned(checkpoint)) {
      throw new Malformed(`the checkpoint of ${checkpoint.size} entries is not signed by a key of the log`)
    }
    if (!declared.isLost(checkpoint)) throw error
  }

  return {
    position,
    /**
     * A checkpoint that the log must agree with; to be given before the leaves it covers. One that was `kept` elsewhere
     * may be of a history that was declared lost.
     */
    expect(checkpoint, { kept = false } = {}) {
      if (keys && checkpoint.text) requireOrigin(checkpoint, keys)
      const { size } = checkpoint
      expected.set(size, [...(expected.get(size) ?? []), { checkpoint, kept }])
      if (size === 0) requireRoot()
    },
    tile(index, hashes) {
      endTile()
      const first = index * TILE_WIDTH
      const width = hashes.length / HASH_BYTES
      if (first > tree.size())
        throw new FirstBad(tree.size(), null, `missing: the log goes on with entry ${first}`)
      if (first < tree.size()) throw new FirstBad(first, null, `inserted: tile ${index} is there twice`)
      if (first >= treeSize) throw new FirstBad(first, null, `inserted: the checkpoint signed ends before`)
      const due = Math.min(TILE_WIDTH, treeSize - first)
      if (width !== due) throw new FirstBad(first, null, `tile ${index} holds ${width} hashes, not ${due}`)
      tile = { first, width, hashes, next: first, canonical: [] }
    },
    subtree(level, index, root) {
      endTile()
      const first = index * 2 ** level
      if (complete || first !== tree.size() || first + 2 ** level > treeSize || root.length !== HASH_BYTES) {
        throw new FirstBad(tree.size(), null, 'missing: a hash stands where entries should be')
      }
      tree.push(root, level)
      requireRoot()
    },
    entry(index, canonical) {
      const end = tile ? tile.first + tile.width : -1
      if (!tile || index < tile.next || index >= end) {
        const why =
          index < position() ? 'inserted: an entry of this place has gone before' : 'inserted: no leaf is its'
        throw complete && index > position()
          ? new FirstBad(position(), null, `missing: the log goes on with entry ${index}`)
          : new FirstBad(index, idOf(canonical), why)
      }
      if (complete && index > tile.next)
        throw new FirstBad(tile.next, null, `missing: entry ${index} follows`)
      const at = index - tile.first
      writeLeafHash(canonical, leaf, 0)
      if (leaf.compare(tile.hashes, at * HASH_BYTES, (at + 1) * HASH_BYTES) !== 0) {
        const place = tile.hashes.indexOf(leaf)
        const moved = place >= 0 && place % HASH_BYTES === 0
        const why = moved
          ? `out of order: this is entry ${tile.first + place / HASH_BYTES}`
          : 'altered: not as hashed'
        throw new FirstBad(index, idOf(canonical), why)
      }
      tile.canonical[at] = canonical
      tile.next = index + 1
      entries += 1
      const why = declared.entry(index, canonical)
      if (why) tell(new FirstBad(index, idOf(canonical), why))
    },
    /**
     * Ends the tile, which the next one and the end of the log do as well.
     *
     * @returns the root over a full tile
     */
    endTile,
    /** Goes on behind an entry that is not as hashed: its leaf stands in its place. */
    passOver(index) {
      if (tile && index >= tile.next && index < tile.first + tile.width) tile.next = index + 1
    },
    /** The counts so far, for a report on a log that is not as signed. */
    counts: () => ({ entries, tree_size: treeSize }),
    finish() {
      endTile()
      if (tree.size() < treeSize)
        throw new FirstBad(tree.size(), null, `missing: ${treeSize} entries were signed`)
      for (const size of [...expected.keys()].sort((a, b) => a - b)) {
        if (size <= treeSize)
          throw new Malformed(`the hashes needed to compare the checkpoint of ${size} are left out`)
        const missing = new FirstBad(treeSize, null, `missing: a checkpoint of ${size} entries was signed`)
        for (const { checkpoint } of expected.get(size)) requireLost(checkpoint, missing)
      }
      for (const { checkpoint, error } of conflicts) requireLost(checkpoint, error)
      for (const fault of keys?.faults(givenKey) ?? []) tell(fault)
      const changed = keys?.report() ?? []
      return {
        entries,
        tree_size: treeSize,
        root: tree.root().toString('base64'),
        ...(declared.forks.length > 0 ? { forks: declared.forks } : {}),
        ...(changed.length > 0 ? { keys: changed } : {}),
      }
    },
  }
}

/** The id that an entry gives itself, as far as it can still be read. */
export function idOf(canonical) {
  try {
    const { id } = JSON.parse(canonical)
    return typeof id === 'string' ? id : null
  } catch {
    return null
  }
}

// ---- Bundles ----------------------------------------------------------------------------------------------------

/** The lines of a file, without holding more than one and a chunk of it. */
async function* linesOf(path) {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let start = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.toString('utf8', start, end)
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (rest.length > LINE_MAX_BYTES) throw new Malformed(`a line is longer than ${LINE_MAX_BYTES} bytes`)
  }
  if (rest.length > 0) yield rest.toString('utf8')
}

function parseLine(line, number) {
  try {
    const value = JSON.parse(line)
    if (value !== null && typeof value === 'object') return value
  } catch {
    // Said below, with the line's number.
  }
  throw new Malformed(`line ${number} is not a JSON object`)
}

function bytesOf(value, number) {
  if (typeof value !== 'string') throw new Malformed(`line ${number} lacks its base64`)
  return Buffer.from(value, 'base64')
}

/**
 * Verifies a bundle file.
 *
 * @param {string} path
 * @param {{ key?: string, checkpoint?: string }} options a verifier key, and an older (or newer) signed checkpoint
 * @returns {Promise<{ ok: boolean, entries: number, tree_size: number, root: string, first_bad?: object,
 *   bad?: object[], bad_count?: number }>} `bad`: every bad entry that could be told apart, at most 101 of `bad_count`
 */
export async function verifyBundle(path, options = {}) {
  let check
  let signed
  let number = 0
  const bad = badEntries()
  let begun = false
  requireReadable(options)
  try {
    for await (const line of linesOf(path)) {
      number += 1
      if (line === '') continue
      const value = parseLine(line, number)
      if (!check) {
        if (value.format !== 'countersign-audit-bundle' || value.version !== 1)
          throw new Malformed('its first line names another format')
        begun = true
        signed = readCheckpoint(String(value.checkpoint))
        check = createCheck({
          treeSize: signed.size,
          complete: value.complete === true,
          firstKey: String(value.first_key ?? value.key),
          givenKey: options.key,
          bad,
        })
        check.expect(signed)
        if (options.checkpoint !== undefined) check.expect(readCheckpoint(options.checkpoint), { kept: true })
      } else if (Number.isSafeInteger(value.index)) {
        try {
          check.entry(value.index, bytesOf(value.canonical, number))
        } catch (error) {
          bad.add(error)
          check.passOver(value.index)
        }
      } else if (Number.isSafeInteger(value.tile)) check.tile(value.tile, bytesOf(value.hashes, number))
      else if (value.subtree)
        check.subtree(value.subtree.level, value.subtree.index, bytesOf(value.subtree.hash, number))
      else if (value.checkpoint) check.expect(readCheckpoint(String(value.checkpoint)))
      else throw new Malformed(`line ${number} is of no known kind`)
    }
    if (!check) throw new Malformed('the file is empty')
    const whole = check.finish()
    return { ok: bad.count() === 0, ...whole, ...bad.members() }
  } catch (error) {
    if (!begun && error instanceof Malformed)
      throw new NotReadable(`${path} is not an audit bundle: ${error.message}.`)
    return failure(error, check, signed?.root, bad)
  }
}

/**
 * Throws NotReadable where what an auditor brings along is no key or no checkpoint: that is not the log's fault.
 *
 * @param {{ key?: string, checkpoint?: string }} given
 */
export function requireReadable({ key, checkpoint }) {
  if (checkpoint !== undefined && !SIGNED_TREE.test(checkpoint))
    throw new NotReadable('--checkpoint: this is not a checkpoint (a signed note of a tree).')
  if (key === undefined) return
  try {
    parseKey(key)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    throw new NotReadable(`--key: this is not a key (${error.message}).`)
  }
}

/** The report on a log that failed. Errors other than of the log itself are thrown on. */
export function failure(error, check, root, bad = badEntries()) {
  const report = {
    ok: false,
    entries: 0,
    tree_size: 0,
    ...check?.counts(),
    root: root?.toString('base64') ?? '',
  }
  const malformed = error instanceof Malformed
  const last = malformed ? new FirstBad(check?.position() ?? 0, null, error.message) : error
  if (!(last instanceof FirstBad)) throw last
  return { ...report, ...bad.members(last) }
}

// ---- Command line -----------------------------------------------------------------------------------------------

async function main(argv) {
  const given = new Map()
  for (let at = 0; at < argv.length; at += 2) given.set(argv[at], argv[at + 1])
  const read = (flag) => (given.has(flag) ? readFileSync(given.get(flag), 'utf8') : undefined)
  if (!given.get('--bundle'))
    throw new Error('usage: verify-log.mjs --bundle FILE [--checkpoint FILE] [--key FILE]')
  const result = await verifyBundle(given.get('--bundle'), {
    key: read('--key'),
    checkpoint: read('--checkpoint'),
  })
  process.stdout.write(`${JSON.stringify(result)}\n`)
  if (!given.has('--key'))
    process.stderr.write('No --key: checked with the key that the bundle itself names.\n')
  process.exitCode = result.ok ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = NOT_CHECKED_EXIT_CODE
  })
}
