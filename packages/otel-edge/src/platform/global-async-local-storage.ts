/// <reference path="./async-hooks.d.ts" />
import type { AsyncLocalStorage as AsyncLocalStorageClass } from 'node:async_hooks'
import { type ContextStorage, sharedStorage } from './shared-storage.ts'

// For `edge-light` runtimes (Vercel's Edge Runtime, Next.js `runtime: 'edge'`). They have no `node:` modules, and provide the
// class as a global.
const { AsyncLocalStorage: found } = globalThis as { AsyncLocalStorage?: typeof AsyncLocalStorageClass }

if (!found) {
  throw new Error(
    '@throughline/otel-edge needs AsyncLocalStorage, from node:async_hooks or as a global. This runtime has neither.',
  )
}

export const storage: ContextStorage = sharedStorage(found)

/** Whether the bundle is for workerd. */
export const isWorkerd = false
