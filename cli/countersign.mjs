#!/usr/bin/env node
// The `countersign` command.
import { runProgram } from '@countersign/tools/programs/programs.mjs'

await runProgram('cli/main.ts')
