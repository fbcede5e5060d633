import type { Import, ImportGraph } from './import-graph.ts'

/** Consoles whose contracts speak of money; the platform console must not see them at all. */
const FINANCIAL_CONSOLES = ['transfers', 'treasury', 'marketplace']

/** What opens a database or its file. */
const DATABASE_DRIVERS =
  /^(?:pg(?:-.*)?|postgres|@types\/pg|kysely|knex|mysql2?|mariadb|mssql|tedious|oracledb|mongodb|redis|ioredis|better-sqlite3|sqlite3|(?:node:)?sqlite)$/

/** Where a file lives, as far as direction is concerned. */
type Room =
  | { readonly kind: 'console' | 'console-web' | 'contract'; readonly console: string }
  | { readonly kind: 'app'; readonly app: string }
  | { readonly kind: 'top'; readonly name: string }

/** Every import that goes against the direction, as a sentence that says what to do instead. */
export function importViolations({ imports }: ImportGraph): string[] {
  return imports.flatMap((one) => {
    const why = violation(one)
    return why === undefined ? [] : [`${one.from}:${one.line} imports ${one.specifier}. ${why}`]
  })
}

function violation({ from, target, specifier }: Import): string | undefined {
  if (target.kind === 'missing') return `There is no ${target.path}; correct the path.`
  if (DATABASE_DRIVERS.test(specifier) && isOfAConsole(from) && !isTest(from)) {
    return 'Another system is reached by its API alone (K-36), and our own tables by projections and the kernel: add what is missing to the upstream’s contract.'
  }
  if (target.kind === 'package') return undefined
  if (target.kind === 'builtin') return builtinViolation(from)
  const [source, destination] = [roomOf(from), roomOf(target.path)]
  if (!target.byPackage && packageOf(from) !== packageOf(target.path)) {
    return `Packages meet by name: write @countersign/… in place of ${specifier}.`
  }
  if (isForTestsOnly(destination) && (isTest(from) || isForTestsOnly(source))) return undefined
  return directionViolation(source, destination, target.path)
}

function isOfAConsole(from: string): boolean {
  return roomOf(from).kind !== 'top' && roomOf(from).kind !== 'app'
}

function builtinViolation(from: string): string | undefined {
  if (!isBrowserCode(from)) return undefined
  return 'This reaches a browser bundle, which has none of Node’s modules: fetch what you need from the server.'
}

function directionViolation(source: Room, destination: Room, path: string): string | undefined {
  if (sameRoom(source, destination)) return undefined
  switch (source.kind) {
    case 'contract':
    case 'console':
      return consoleViolation(source.console, destination)
    case 'console-web':
      return consoleWebViolation(source.console, destination)
    case 'app':
      return appViolation(source.app, destination)
    case 'top':
      return topViolation(source.name, destination, path)
  }
}

function consoleViolation(console: string, destination: Room): string | undefined {
  if (isTop(destination, 'kernel')) return undefined
  switch (destination.kind) {
    case 'console-web':
      return 'Server code must not depend on the browser’s: move what both need into the contract or the kernel.'
    case 'console':
      if (destination.console === console) return undefined
      return `Consoles meet through contracts alone: ask consoles/${destination.console}/contract.ts, or add the question there.`
    case 'contract':
      if (destination.console === console) return undefined
      if (console !== 'platform' || !FINANCIAL_CONSOLES.includes(destination.console)) return undefined
      return 'The platform console has no financial authority and imports no financial contract; leave this out.'
    default:
      return 'A console imports the kernel and contracts only: let the composition root (apps/server) pass this in.'
  }
}

function consoleWebViolation(console: string, destination: Room): string | undefined {
  if (isTop(destination, 'web-kit', 'ui', 'sdk')) return undefined
  if (destination.kind === 'console-web') {
    return `Screens of another console are not ours: link by entity ref, or move the component to web-kit.`
  }
  if ('console' in destination && destination.console === console) {
    return 'Server code never reaches a browser bundle: read it from the action catalogue or the entity over HTTP.'
  }
  return 'A console’s screens import web-kit, ui and sdk only: fetch it over HTTP.'
}

function appViolation(app: string, destination: Room): string | undefined {
  switch (app) {
    case 'server':
      if (isTop(destination, 'kernel') || destination.kind === 'console' || destination.kind === 'contract') {
        return undefined
      }
      return 'The server composes kernel and consoles only: what it needs from elsewhere comes by configuration.'
    case 'web':
      if (destination.kind === 'console-web' || isTop(destination, 'web-kit', 'ui', 'sdk')) return undefined
      return 'Server code never reaches a browser bundle: use the sdk, or the console’s web folder.'
    default:
      return `apps/${app} is a process of its own that the product meets over HTTP: it imports nothing of ours.`
  }
}

function topViolation(name: string, destination: Room, path: string): string | undefined {
  switch (name) {
    case 'kernel':
      return 'The kernel knows no console and no app: let them pass what it needs in their declarations.'
    case 'ui':
      return 'ui holds pure components: pass data in as properties, or move the component to web-kit.'
    case 'sdk':
      return 'The sdk is a thin client that anyone may take: it imports nothing of ours.'
    case 'web-kit':
      if (isTop(destination, 'ui', 'sdk')) return undefined
      return 'web-kit imports ui and sdk only: fetch it over HTTP, or let the console pass it in.'
    case 'cli':
      if (isForTestsOnly(destination) && !/^tools\/(?:home|programs)\//.test(path)) {
        return 'Commands ship with the product: of tools they may import tools/home and tools/programs only.'
      }
      if (isBrowserRoom(destination)) return 'A command has no screen: import the server’s side.'
      return destination.kind === 'app' && destination.app === 'sandbox'
        ? 'The sandbox is known only by HTTP: call its API.'
        : undefined
    default:
      return isForTestsOnly({ kind: 'top', name })
        ? undefined
        : `Nobody has said what ${name}/ may import: add it to tools/imports/import-rules.ts.`
  }
}

function roomOf(path: string): Room {
  const [top = '', second = '', third = ''] = path.split('/')
  if (top === 'consoles') {
    if (third === 'contract.ts') return { kind: 'contract', console: second }
    return { kind: third === 'web' ? 'console-web' : 'console', console: second }
  }
  return top === 'apps' ? { kind: 'app', app: second } : { kind: 'top', name: top }
}

function sameRoom(a: Room, b: Room): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function packageOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  return top === 'consoles' || top === 'apps' ? `${top}/${second}` : top
}

function isTop(room: Room, ...names: string[]): boolean {
  return room.kind === 'top' && names.includes(room.name)
}

/** Rooms that tests and scripts use and the product does not. */
function isForTestsOnly(room: Room): boolean {
  return isTop(room, 'tools', 'testkit', 'e2e', 'bench')
}

function isBrowserRoom(room: Room): boolean {
  return (
    room.kind === 'console-web' || (room.kind === 'app' && room.app === 'web') || isTop(room, 'ui', 'web-kit')
  )
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$|-for-tests\.ts$/.test(path)
}

function isBrowserCode(path: string): boolean {
  if (isTest(path) || /(^|\/)vite\.config\.ts$/.test(path)) return false
  const room = roomOf(path)
  return isBrowserRoom(room) || isTop(room, 'sdk')
}
