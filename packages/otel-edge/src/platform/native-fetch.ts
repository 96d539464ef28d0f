import { warn } from './otel-api.ts'

// Frameworks replace the global `fetch` to trace, cache or mock requests. Exports use the `fetch` that was global when this
// module was loaded.
const earliest: typeof fetch = globalThis.fetch

// Cache: the `fetch` that `replaceFetch` has replaced.
let original: typeof fetch | undefined

/** Calls a `fetch` with the given arguments, which can be invalid. */
export type Send = (...args: readonly unknown[]) => Promise<Response>

/** Replaces the global `fetch` by `traced`, whose argument `send` calls the replaced one. */
export function replaceFetch(traced: (send: Send, args: readonly unknown[]) => Promise<Response>): void {
  const native: unknown = globalThis.fetch
  if (typeof native !== 'function') return
  original = native as typeof fetch
  // A proxy keeps the name, length, source text and other properties of the runtime's `fetch` (Bun: `preconnect`).
  const replacement = new Proxy(original, {
    apply(_, self: unknown, args: unknown[]) {
      const isGlobal = self === undefined || self === globalThis
      // Any other `this` value is passed on, since some runtimes throw an error for it.
      return traced(isGlobal ? nativeFetch : (...own) => Reflect.apply(native, self, own), args)
    },
  })
  const holder = holderOfFetch()
  const descriptor = Object.getOwnPropertyDescriptor(holder, 'fetch')
  const isReplaced =
    descriptor && 'value' in descriptor
      ? Reflect.defineProperty(holder, 'fetch', { ...descriptor, value: replacement })
      : Reflect.set(globalThis, 'fetch', replacement)
  if (!isReplaced) warn('fetch is read-only: its requests are not traced')
}

/** The object with the own property `fetch`: the global object or, in workerd, one of its prototypes. */
function holderOfFetch(): object {
  let holder: object | null = globalThis
  while (holder && !Object.hasOwn(holder, 'fetch')) holder = Object.getPrototypeOf(holder) as object | null
  return holder ?? globalThis
}

/** Sends a request of the app with the `fetch` that was global before tracing. */
function nativeFetch(...args: readonly unknown[]): Promise<Response> {
  return Reflect.apply(original ?? globalThis.fetch, undefined, args)
}

/** Sends an export request with the `fetch` that was global when this module was loaded. */
export function exportFetch(url: string, init: RequestInit): Promise<Response> {
  const send = earliest
  return send(url, init)
}
