import type { MountConsole } from '@countersign/kernel/console.ts'
import { mountPlatform } from '@countersign/platform/mount-platform.ts'
import { mountTransfers } from '@countersign/transfers/mount-transfers.ts'
import { mountTreasury } from '@countersign/treasury/mount-treasury.ts'

/** The consoles of this installation: the one list. Routes, roles, tables, queues and upstreams follow from it. */
export const installedConsoles: readonly MountConsole[] = [mountTransfers, mountPlatform, mountTreasury]
