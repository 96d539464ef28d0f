import type { Sdk } from '../core/sdk.ts'
import type { BindingInstrumentation } from './binding-instrumentation.ts'
import { wrapObject } from './wrap-object.ts'

/** Replaces the global `caches` with a traced one, on runtimes that have it. */
export function traceCaches(sdk: Sdk, instrumentation: BindingInstrumentation): void {
  if (typeof caches !== 'object') return
  Reflect.set(globalThis, 'caches', wrapObject(caches, instrumentation, { name: 'cache', sdk }))
}
