import { type Method, patchClass, type Restore } from '../../platform/patch.ts'
import { readThrough } from '../../platform/read-through.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'

const STREAMS = ['ReadableStream', 'WritableStream', 'TransformStream']

/**
 * Runs the callbacks of a stream (`pull`, `write`, `transform` …) in the context of the code that created the stream.
 * The chunk that they are called for may arrive in a task of the network, which has no context.
 */
export function hookStreams(contexts: MicrotaskContexts): Restore {
  let enabled = true

  const restores = STREAMS.map((name) =>
    patchClass(name, (build, args) => {
      const source = args[0]
      if (enabled && typeof source === 'object' && source) args[0] = bindMembers(contexts, source)
      return build(args)
    }),
  )
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}

/** Returns a replacement for an object of callbacks. The callbacks run in the context that is active now. */
export function bindMembers(contexts: MicrotaskContexts, source: object): object {
  const context = contexts.capture()
  return readThrough(source, (value) =>
    typeof value === 'function'
      ? (...args: unknown[]) => contexts.with(context, value as Method, source, args)
      : value,
  )
}
