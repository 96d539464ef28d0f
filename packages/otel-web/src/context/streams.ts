import type { MicrotaskContexts } from './microtask-contexts.ts'
import { type Method, patchMethod, type Restore } from './patch.ts'

const STREAMS = ['ReadableStream', 'WritableStream', 'TransformStream']

/**
 * Runs what a stream calls back (`pull`, `write`, `transform` …) in the context of the code that made the stream: the
 * chunk that they are called for may come in a task of the network's.
 */
export function hookStreams(contexts: MicrotaskContexts): Restore {
  let enabled = true

  function bound(source: object): object {
    const context = contexts.capture()
    // Not a Proxy of the source, which may be frozen, nor derived from it: its getters may need it for their receiver.
    return new Proxy(
      {},
      {
        // WebKit asks before it reads.
        has: (_, name) => name in source,
        get(_, name) {
          const own: unknown = Reflect.get(source, name)
          return typeof own === 'function'
            ? (...args: unknown[]) => contexts.with(context, own as Method, source, args)
            : own
        },
      },
    )
  }

  const restores = STREAMS.map((name) =>
    patchMethod(globalThis, name, (original) => {
      const proxy: Method = new Proxy(original, {
        construct(target, [source, ...rest]: unknown[], newTarget) {
          const args =
            enabled && typeof source === 'object' && source ? [bound(source), ...rest] : [source, ...rest]
          return Reflect.construct(target, args, newTarget === proxy ? target : newTarget)
        },
      })
      return proxy
    }),
  )
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
