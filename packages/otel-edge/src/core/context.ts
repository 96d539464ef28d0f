import type { Context, ContextManager } from '@opentelemetry/api'
import { storage } from '#async-local-storage'
import { getInvocation, setInvocation } from './invocation.ts'

/**
 * A context as a linked list with one object per value, so that no map is copied. Contexts have few values, for which a search
 * of the list takes less time than a hash.
 */
class LinkedContext implements Context {
  readonly #parent: Context
  readonly #key: symbol
  readonly #value: unknown

  constructor(parent: Context, key: symbol, value: unknown) {
    this.#parent = parent
    this.#key = key
    this.#value = value
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new LinkedContext(this, key, value)
  }

  deleteValue(key: symbol): Context {
    return new LinkedContext(this, key, undefined)
  }
}

/** The empty context, with which every invocation starts. */
export const EMPTY_CONTEXT: Context = {
  getValue: () => undefined,
  setValue: (key, value) => new LinkedContext(EMPTY_CONTEXT, key, value),
  deleteValue: () => EMPTY_CONTEXT,
}

/** The context of the running code. Empty outside of invocations. */
export function activeContext(): Context {
  return storage.getStore() ?? EMPTY_CONTEXT
}

/** Whether the running code belongs to an invocation. */
export function hasActiveContext(): boolean {
  return storage.getStore() !== undefined
}

/** Runs `callback` in `context`, with everything it starts: promises, timers and streams. */
export function withContext<Result>(context: Context, callback: () => Result): Result {
  return storage.run(context, callback)
}

/** Adds the active invocation to a context without one, such as a context created from the API's ROOT_CONTEXT. */
export function inCurrentInvocation(context: Context): Context {
  if (getInvocation(context)) return context
  const invocation = getInvocation(activeContext())
  return invocation ? setInvocation(context, invocation) : context
}

/** The context manager for `@opentelemetry/api`. Its active context is that of this package. */
export const EDGE_CONTEXT_MANAGER: ContextManager = {
  active: activeContext,
  with: (context, callback, thisArg, ...args) =>
    withContext(inCurrentInvocation(context), () => callback.apply(thisArg, args)),
  bind<T>(context: Context, target: T): T {
    if (typeof target !== 'function') return target
    const own = inCurrentInvocation(context)
    const bound = function (this: unknown, ...args: unknown[]) {
      return withContext(own, () => Reflect.apply(target, this, args))
    }
    return bound as T
  },
  enable() {
    return this
  },
  disable() {
    return this
  },
}
