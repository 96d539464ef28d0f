import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { savesMemory } from './receiver/low-memory.ts'

// A small limit of the database indicates a small machine.
if (savesMemory(Number(process.env.MAX_MEGABYTES) * 1_000_000)) {
  // Without these flags, V8 reserves up to 128 MB for its young generation, and the heap grows while other threads mark it.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--optimize-for-size')
  setFlagsFromString('--single-threaded-gc')
}
// The receiver needs `gc()`. V8's flags are part of the key of the compile cache, so this flag is set before the cache
// is used.
setFlagsFromString('--expose-gc')

// Stripping types takes 25 MB of memory, in the main thread and in each query thread. The compile cache stores the
// stripped code. The code of the query threads is imported below only to add it to the cache. Node disables the cache if
// the folder is not writable. https://nodejs.org/api/module.html#module-compile-cache
const folder = join(import.meta.dirname, '../node_modules/.cache/compiled')
enableCompileCache(folder)
process.env.NODE_COMPILE_CACHE ??= folder
await import('./query/query-worker.ts')
await import('./query/viewer-files.ts')
const { runCollector } = await import('./cli/run-collector.ts')
flushCompileCache()
await runCollector()
