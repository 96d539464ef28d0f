import type { Sdk } from '../core/sdk.ts'
import { CACHES } from './kinds/stores.ts'
import { wrapObject } from './wrap-object.ts'

/** Replaces the global `caches` with a traced one, on runtimes that have it. */
export function traceCaches(sdk: Sdk): void {
  if (typeof caches !== 'object') return
  Reflect.set(globalThis, 'caches', wrapObject(caches, CACHES, { name: 'cache', sdk }))
}
