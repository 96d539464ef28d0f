/// <reference path="./async-hooks.d.ts" />
import type { AsyncLocalStorage as AsyncLocalStorageClass } from 'node:async_hooks'
import type { ContextStorage } from './shared-storage.ts'

/**
 * Whether the bundle is for workerd. Code for other runtimes is then not in it: as the first statement of this module, the
 * constant is replaced by its value.
 */
export const isWorkerd = true

interface WorkerProcess {
  getBuiltinModule?(name: 'node:async_hooks'): { readonly AsyncLocalStorage: typeof AsyncLocalStorageClass }
}

// For Cloudflare Workers. The import is dynamic: the error of a failed static import names neither the cause nor a remedy.
const { process } = globalThis as { process?: WorkerProcess }
const builtin = process?.getBuiltinModule
  ? process.getBuiltinModule('node:async_hooks')
  : // With the compatibility flag `nodejs_als`, the module exists and `process` does not.
    await import('node:async_hooks').catch(() => undefined)

if (!builtin) {
  throw new Error(
    '@throughline/otel-edge needs AsyncLocalStorage: set compatibility_date = "2026-08-04" or later, or flag nodejs_compat or nodejs_als',
  )
}

export const storage: ContextStorage = new builtin.AsyncLocalStorage()
