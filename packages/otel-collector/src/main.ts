import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { isLowOnMemory } from './receiver/low-memory.ts'

if (isLowOnMemory(Number(process.env.MAX_MEGABYTES) * 1_000_000)) {
  // V8 would reserve up to 128 MB for young objects, and let the heap grow while other threads mark it.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--optimize-for-size')
  setFlagsFromString('--single-threaded-gc')
}
// The receiver needs `gc()`. V8's flags are part of the key of the compile cache, so this flag is set before the cache
// is used.
setFlagsFromString('--expose-gc')

// Stripping types takes 25 MB of memory, in the main thread and in each query thread. The compile cache stores the
// stripped code, including the code of the threads, which is imported below for that reason. Node disables the cache if
// the folder is not writable. https://nodejs.org/api/module.html#module-compile-cache
const folder = join(import.meta.dirname, '../node_modules/.cache/compiled')
enableCompileCache(folder)
process.env.NODE_COMPILE_CACHE ??= folder
await import('./query/query-worker.ts')
await import('./query/viewer-files.ts')
const { runCollector } = await import('./cli/run-collector.ts')
flushCompileCache()
await runCollector()
