#!/usr/bin/env node
// The `countersign` command. TypeScript runs from source, so the loader comes first.
import { register } from 'tsx/esm/api'

register()
await import(new URL('./main.ts', import.meta.url).href)
