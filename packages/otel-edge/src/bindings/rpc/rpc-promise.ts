import { type Around, type Arounds, shadow } from '../../core/shadow.ts'

/** Returns a promise that is settled as a promise of the runtime. The latter gets its handlers with the first call. */
type Follow = () => Promise<unknown>

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
  const { then } = promise
  let derived: Promise<unknown> | undefined
  const follow: Follow = () => {
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
  shadow(promise, follow, PROMISE_METHODS)
  // `await` calls `then` in the next microtask. A promise that is not awaited is followed after that, and its rejection is
  // reported as unhandled.
  queueMicrotask(() => queueMicrotask(follow))
}

const PROMISE_METHODS: Arounds<PromiseLike<unknown>, Follow> = Object.fromEntries(
  (['then', 'catch', 'finally'] as const).map((method) => {
    // If the first argument is not a function, the runtime's method throws, unlike those of `Promise`.
    const around: Around<PromiseLike<unknown>, Follow> = (call, follow, _, handlers) =>
      typeof handlers[0] === 'function'
        ? Reflect.apply(Promise.prototype[method], follow(), handlers)
        : call()
    return [method, around]
  }),
)
