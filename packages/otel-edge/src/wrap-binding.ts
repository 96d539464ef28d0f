import { REMOTE_KINDS } from './remote-bindings.ts'
import type { Sdk } from './sdk.ts'
import { type Kind, wrapObject } from './wrap-object.ts'

/** Kinds of bindings, and how they are known. */
export interface BindingTable {
  /** By the name of their class. */
  readonly kinds: Readonly<Record<string, Kind>>
  /** By methods they have. */
  readonly shapes: readonly (readonly [methods: readonly string[], kind: Kind])[]
  readonly caches: Kind
}

let table: Partial<BindingTable> = {}

/** Traces these bindings too; other workers are traced without being named. A bundle without this call has less code. */
export function useBindings(bindings: BindingTable): void {
  table = bindings
}

/** Wraps a binding so that its calls are spans; what is no binding is given back as it is. */
export function wrapBinding(value: object, name: string, sdk: Sdk): unknown {
  const className = value.constructor?.name ?? ''
  const { kinds, shapes } = table
  const kind =
    REMOTE_KINDS[className] ??
    kinds?.[className] ??
    shapes?.find(([methods]) =>
      methods.every((method) => typeof Reflect.get(value, method) === 'function'),
    )?.[1]
  return kind ? wrapObject(value, kind, { name, sdk }) : value
}

/** Puts traced caches in the place of the global ones, where caches are traced. */
export function traceCaches(sdk: Sdk): void {
  // Tests outside of workers have no caches.
  if (!table.caches || typeof caches !== 'object') return
  Reflect.set(globalThis, 'caches', wrapObject(caches, table.caches, { name: 'cache', sdk }))
}
