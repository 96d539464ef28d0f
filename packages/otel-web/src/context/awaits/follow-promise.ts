import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'
import { AsyncPromise } from './await-hook.ts'

/**
 * Calls back when a promise settles, without changing what the page observes. Any reaction marks a promise as handled,
 * so this one is registered together with the first reaction of the page. If the page registers none during the task,
 * the reaction is registered afterwards. If that promise is then rejected, a new promise is rejected with the same
 * error, so that `unhandledrejection` is still dispatched.
 *
 * @param onEnd called with the error in an array when the promise was rejected
 * @returns false for anything but a plain promise of this realm: subclasses, thenables and proxies would run code of
 *   the page when they are inspected
 */
export function followPromise(
  contexts: MicrotaskContexts,
  promise: unknown,
  onEnd: (rejection: readonly unknown[]) => void,
  later: (callback: () => void) => void,
): boolean {
  if (!isPlainPromise(promise)) return false
  let isReactedTo = false
  let isFollowed = false
  let raised: Promise<unknown> | undefined
  const follow = () => {
    if (isFollowed) return
    isFollowed = true
    removeEventListener('unhandledrejection', onUnhandled)
    contexts.withoutFollowing(settled, undefined, [
      promise,
      (rejection: readonly unknown[]) => {
        if (rejection.length === 0) contexts.unwatch(promise)
        else if (!isReactedTo) raised = AsyncPromise.reject(rejection[0])
        onEnd(rejection)
      },
    ])
  }
  const onUnhandled = (event: PromiseRejectionEvent) => {
    if (event.promise !== promise) return
    isFollowed = true
    removeEventListener('unhandledrejection', onUnhandled)
    contexts.unwatch(promise)
    onEnd([event.reason])
  }
  contexts.watch(promise, () => {
    isReactedTo = true
    if (raised) contexts.withoutFollowing(settled, undefined, [raised, () => {}])
    follow()
  })
  addEventListener('unhandledrejection', onUnhandled)
  // Two tasks later, `unhandledrejection` has been dispatched for a promise that is already rejected.
  later(() => later(follow))
  return true
}

function isPlainPromise(value: unknown): value is Promise<unknown> {
  try {
    return (
      Object.getPrototypeOf(value) === AsyncPromise.prototype &&
      !Object.hasOwn(value as object, 'then') &&
      !Object.hasOwn(value as object, 'constructor')
    )
  } catch {
    return false
  }
}

async function settled(
  promise: Promise<unknown>,
  onEnd: (rejection: readonly unknown[]) => void,
): Promise<void> {
  try {
    await promise
  } catch (error) {
    return onEnd([error])
  }
  onEnd([])
}
