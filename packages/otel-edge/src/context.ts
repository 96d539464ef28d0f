/// <reference path="./async-hooks.d.ts" />
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, ContextManager } from '@opentelemetry/api'
import { getInvocation, setInvocation } from './invocation.ts'

const storage = new AsyncLocalStorage<Context>()

/**
 * A context as a linked list: one object per value set, no map copied. Contexts are a handful of values deep and
 * looked up by identity, where walking beats hashing.
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

/** The empty context every request, message and alarm begins with. */
export const EMPTY_CONTEXT: Context = {
  getValue: () => undefined,
  setValue: (key, value) => new LinkedContext(EMPTY_CONTEXT, key, value),
  deleteValue: () => EMPTY_CONTEXT,
}

/** The context of the running code; empty outside of what is instrumented. */
export function activeContext(): Context {
  return storage.getStore() ?? EMPTY_CONTEXT
}

/** True inside of what is instrumented. */
export function hasActiveContext(): boolean {
  return storage.getStore() !== undefined
}

/** Runs `callback` in `context`, and all that it starts, across awaits, timers and streams. */
export function withContext<Result>(context: Context, callback: () => Result): Result {
  return storage.run(context, callback)
}

/** A context made from the API's empty one knows no event; the code that it is for still belongs to one. */
export function ofThisEvent(context: Context): Context {
  if (getInvocation(context)) return context
  const invocation = getInvocation(activeContext())
  return invocation ? setInvocation(context, invocation) : context
}

/** OpenTelemetry's context manager over AsyncLocalStorage, so that `@opentelemetry/api` sees the same context. */
export class EdgeContextManager implements ContextManager {
  active(): Context {
    return activeContext()
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    callback: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return storage.run(ofThisEvent(context), () => callback.apply(thisArg, args))
  }

  bind<T>(context: Context, target: T): T {
    if (typeof target !== 'function') return target
    const own = ofThisEvent(context)
    const bound = function (this: unknown, ...args: unknown[]) {
      return storage.run(own, () => Reflect.apply(target, this, args))
    }
    return bound as T
  }

  enable(): this {
    return this
  }

  disable(): this {
    return this
  }
}
