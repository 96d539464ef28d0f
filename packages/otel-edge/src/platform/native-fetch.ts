import { warn } from './otel-api.ts'

/**
 * Sends an export request. Frameworks replace the global `fetch` to trace, cache or mock requests. Exports use the `fetch` that
 * was global when this module was loaded.
 */
export const exportFetch: typeof fetch = globalThis.fetch

/** Calls a `fetch` with the given arguments, which can be invalid. */
export type Send = (...args: readonly unknown[]) => Promise<Response>

/** Replaces the global `fetch` by `traced`, whose argument `send` calls the replaced one. */
export function replaceFetch(traced: (send: Send, args: readonly unknown[]) => Promise<Response>): void {
  const original = globalThis.fetch
  if (typeof original !== 'function') return
  // A proxy keeps the name, length, source text and other properties of the runtime's `fetch` (Bun: `preconnect`).
  const replacement = new Proxy(original, {
    apply(_, self: unknown, args: unknown[]) {
      const isGlobal = self === undefined || self === globalThis
      // Any other `this` value is passed on, since some runtimes throw an error for it.
      return traced((...own) => Reflect.apply(original, isGlobal ? undefined : self, own), args)
    },
  })
  const holder = holderOfFetch(globalThis)
  const descriptor = Object.getOwnPropertyDescriptor(holder, 'fetch')
  const isReplaced =
    descriptor && 'value' in descriptor
      ? Reflect.defineProperty(holder, 'fetch', { ...descriptor, value: replacement })
      : Reflect.set(globalThis, 'fetch', replacement)
  if (!isReplaced) warn('fetch is read-only: its requests are not traced')
}

/** The object with the own property `fetch`: the global object or, in workerd, one of its prototypes. */
function holderOfFetch(object: object): object {
  return Object.hasOwn(object, 'fetch') ? object : holderOfFetch(Object.getPrototypeOf(object) as object)
}
