type Handler = (value: unknown) => unknown

/**
 * Reports how a promise of the runtime's RPC settles, for the client span of the call. The promise remains the object of the
 * runtime, which pipelining, `using` and other RPC calls require. Its `then`, `catch` and `finally` are shadowed. A second
 * handler on the promise itself would remove the frames of the caller from the stack of an error, since V8 follows only
 * promises with one handler.
 *
 * @see https://v8.dev/docs/stack-trace-api#async-stack-traces
 */
export function followRpcPromise(
  promise: PromiseLike<unknown>,
  onValue: () => void,
  onError: (error: unknown) => void,
): void {
  const base = Object.getPrototypeOf(promise) as Promise<unknown>
  const { then } = promise
  let derived: Promise<unknown> | undefined
  const follow = () => {
    derived ??= new Promise((resolve, reject) => Reflect.apply(then, promise, [resolve, reject])).then(
      (value: unknown) => {
        onValue()
        return value
      },
      (error: unknown) => {
        onError(error)
        throw error
      },
    )
    return derived
  }
  const shadows = Object.create(base) as object
  for (const method of ['then', 'catch', 'finally'] as const) {
    const original: unknown = Reflect.get(base, method, promise)
    if (typeof original !== 'function') continue
    // A proxy keeps the name and the length of the runtime's method.
    const value = new Proxy(original as () => unknown, {
      apply(own, self, handlers: Handler[]): unknown {
        // If the first argument is not a function, the runtime's method throws, unlike those of `Promise`.
        if (self !== promise || typeof handlers[0] !== 'function') return Reflect.apply(own, self, handlers)
        return Reflect.apply(Promise.prototype[method], follow(), handlers)
      },
    })
    Object.defineProperty(shadows, method, { value })
  }
  // Has no effect on a frozen object.
  Reflect.setPrototypeOf(promise, shadows)
  // `await` calls `then` in the next microtask. A promise that is not awaited is followed after that, and its rejection is
  // reported as unhandled.
  queueMicrotask(() => queueMicrotask(follow))
}
