import type { Context } from '@opentelemetry/api'
import { type CompiledContexts, meetingPoint } from '../context/awaits/compiled-awaits.ts'

/**
 * Helpers that compiled code imports. The build puts this module into the page.
 *
 * `before` and `context` are values of the variable in which a running function keeps its context since its last await.
 * The variable is undefined before the first await, so that code that still runs synchronously does not leave the
 * context of its caller.
 */
const meeting = meetingPoint()
/** The intrinsic %Promise%, even if a page has replaced the global. */
const NativePromise = (async () => {})().constructor as PromiseConstructor

export { createDisposer } from './disposer.ts'

type Callback = () => unknown

/** Declares that no code of the page awaits except compiled code. */
export function declareAllCompiled(): void {
  meeting.allCompiled = true
}

export function activeContext(): Context | undefined {
  return meeting.contexts?.active()
}

/** To be called when the function is about to await `value`. */
export function suspend(value: unknown, before: Context | undefined, context: Context): unknown {
  const { contexts } = meeting
  if (contexts === undefined) return value
  if (contexts.watching > 0) contexts.reacted(value)
  const awaited = isForeignObject(value) ? bindThen(value, contexts, context) : value
  if (before !== undefined && contexts.resumed) contexts.leave()
  if (contexts.following) contexts.followed = awaited
  return awaited
}

/** To be called when the function continues with `value`. */
export function resume(value: unknown, context: Context | undefined): unknown {
  const { contexts } = meeting
  if (contexts !== undefined && context !== undefined) {
    contexts.idleRounds = 0
    if (contexts.current.context !== context) contexts.resumeIn(context)
  }
  return value
}

/** To be called when the function ends. */
export function leave(before: Context | undefined): void {
  const { contexts } = meeting
  if (before === undefined || contexts === undefined) return
  contexts.onRun?.(before)
  if (contexts.resumed) contexts.leave()
}

/** To be called when the function is about to yield `value`. */
export function leaveWith(value: unknown, before: Context | undefined): unknown {
  leave(before)
  return value
}

/** Wraps the iterable of a `for await`. Each call of `next()` runs in the context, and then suspends the function. */
export function iterateInContext(
  iterable: AnyIterable,
  swap: (context: Context | undefined) => Context | undefined,
): AnyIterable {
  return wrapIterable(iterable, (call) => {
    const before = swap(activeContext())
    const result = call()
    leave(before)
    return result
  })
}

/** Wraps the iterable of a `yield*`. The first call of `next()` suspends the function. */
export function delegateTo(iterable: AnyIterable, before: Context | undefined): AnyIterable {
  if (before === undefined) return iterable
  let suspended: Context | undefined = before
  return wrapIterable(iterable, (call) => {
    const result = call()
    leave(suspended)
    suspended = undefined
    return result
  })
}

function isForeignObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !(value instanceof NativePromise)
}

/** `await` calls the `then` method of a thenable in a microtask. The function has left its context by then. */
function bindThen(value: object, contexts: CompiledContexts, context: Context): object {
  const { then } = value as { readonly then?: (...settle: unknown[]) => unknown }
  if (typeof then !== 'function') return value
  // biome-ignore lint/suspicious/noThenProperty: it stands for a thenable of the page
  return { then: (...settle: unknown[]) => contexts.with(context, then, value, settle) }
}

interface AnyIterator {
  next(...values: unknown[]): unknown
  return?: ((...values: unknown[]) => unknown) | null
  throw?: ((...values: unknown[]) => unknown) | null
}

type AnyIterable = Partial<Record<typeof Symbol.iterator | typeof Symbol.asyncIterator, () => AnyIterator>>

/** Returns an iterable whose iterator makes each call through `around`. */
function wrapIterable(iterable: AnyIterable, around: (call: Callback) => unknown): AnyIterable {
  const key = iterable[Symbol.asyncIterator] == null ? Symbol.iterator : Symbol.asyncIterator
  return {
    [key]() {
      const iterator = (iterable as Record<typeof key, () => AnyIterator>)[key]()
      const { next } = iterator
      const method = (name: 'return' | 'throw') => {
        const own = iterator[name]
        return own == null ? own : (...values: unknown[]) => around(() => own.apply(iterator, values))
      }
      return {
        next: (...values: unknown[]) => around(() => next.apply(iterator, values)),
        get return() {
          return method('return')
        },
        get throw() {
          return method('throw')
        },
      }
    },
  }
}
