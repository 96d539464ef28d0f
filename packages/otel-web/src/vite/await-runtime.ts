import { MEETING_POINT } from '../context/compiled-awaits.ts'

/** The module that compiled code imports its helpers from. */
export const RUNTIME_ID = '\0throughline:await'

/** The name of the symbol of where compiled code and the context manager meet. */
export const MEETING_NAME: string = Symbol.keyFor(MEETING_POINT) ?? ''

/**
 * The helpers, as they go into the page. `c` is the variable of a running function that holds its context since its
 * last await: undefined until the first, so that what runs synchronously below its caller never leaves the caller's.
 *
 * - `a()`: the active context
 * - `s(value, before, c)`: about to await `value`
 * - `r(value, c)`: resumed
 * - `y(value, before)`: about to yield
 * - `x(before)`: the function ends
 * - `f(iterable, swap)`: an iterable of `for await`, whose `next()` runs in the context and then suspends
 * - `g(iterable, before)`: an iterable of `yield*`, whose first `next()` suspends
 */
export const runtime = (allCompiled: boolean): string => `
const meeting = (globalThis[Symbol.for('${MEETING_NAME}')] ??= { contexts: undefined })
${allCompiled ? 'meeting.allCompiled = true' : ''}
export const a = () => meeting.contexts?.active()
const NativePromise = (async () => {})().constructor
// An await calls the \`then\` of a foreign thenable in a microtask, after the function has left its context.
const foreign = (value, contexts, c) => {
  const { then } = value
  if (typeof then !== 'function') return value
  return { then: (...settle) => contexts.with(c, then, value, settle) }
}
export const s = (value, before, c) => {
  const { contexts } = meeting
  if (contexts !== undefined) {
    if (value !== null && typeof value === 'object' && !(value instanceof NativePromise)) {
      value = foreign(value, contexts, c)
    }
    if (before !== undefined && contexts.resumed) contexts.leave()
    if (contexts.following) contexts.followed = value
  }
  return value
}
export const r = (value, c) => {
  const { contexts } = meeting
  if (contexts !== undefined && c !== undefined) {
    contexts.silent = 0
    if (contexts.current.context !== c) contexts.resumeIn(c)
  }
  return value
}
export const x = (before) => {
  const { contexts } = meeting
  if (before === undefined || contexts === undefined) return
  contexts.onRun?.(before)
  if (contexts.resumed) contexts.leave()
}
export const y = (value, before) => {
  x(before)
  return value
}
const wrap = (iterable, around) => {
  const key = iterable[Symbol.asyncIterator] == null ? Symbol.iterator : Symbol.asyncIterator
  return {
    [key]() {
      const iterator = iterable[key]()
      const { next } = iterator
      const method = (name) => {
        const own = iterator[name]
        return own == null ? own : (...values) => around(() => own.apply(iterator, values))
      }
      return {
        next: (...values) => around(() => next.apply(iterator, values)),
        get return() { return method('return') },
        get throw() { return method('throw') },
      }
    },
  }
}
export const f = (iterable, swap) =>
  wrap(iterable, (call) => {
    const before = swap(a())
    const result = call()
    x(before)
    return result
  })
export const g = (iterable, before) => {
  if (before === undefined) return iterable
  return wrap(iterable, (call) => {
    const result = call()
    x(before)
    before = undefined
    return result
  })
}
export const d = () => {
  const stack = []
  return {
    use(resource, isAsync) {
      if (resource != null) {
        let dispose = isAsync ? resource[Symbol.asyncDispose] : undefined
        const awaits = dispose != null
        dispose ??= resource[Symbol.dispose]
        if (typeof dispose !== 'function') throw new TypeError('The resource has no dispose method')
        stack.push({ resource, dispose, awaits, isAsync })
      } else if (isAsync) stack.push({ isAsync })
      return resource
    },
    fail(error) {
      this.error = error
      this.failed = true
    },
    next() {
      return stack.pop()
    },
    run({ resource, dispose, awaits }) {
      const result = dispose?.call(resource)
      return awaits ? result : undefined
    },
    caught(error) {
      this.error = this.failed ? new SuppressedError(error, this.error, 'An error was suppressed during disposal') : error
      this.failed = true
    },
    end() {
      if (this.failed) throw this.error
    },
  }
}
`
