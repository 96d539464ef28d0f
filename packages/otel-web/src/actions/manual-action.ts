import type { ContextManager } from '@opentelemetry/api'
import type { Action } from './action.ts'
import type { ActionHandle } from './action-handle.ts'

/** A context manager. {@link AsyncContextManager} can also follow a promise. */
export interface FollowingContexts extends ContextManager {
  follow?(promise: unknown, onEnd: (rejection: readonly unknown[]) => void): boolean
}

/**
 * Runs `fn` in the context of `action` and returns its result unchanged. The action lasts as long as the returned
 * promise is pending, and as long as it has pending requests.
 */
export function runAction<T>(
  contexts: FollowingContexts,
  action: Action,
  fn: (handle: ActionHandle) => T,
  onError: (error: unknown) => void,
): T {
  const work = {}
  action.begin(work)
  action.use()
  const done = () => action.done(work, performance.now())
  const handle: ActionHandle = {
    traceId: action.span.spanContext().traceId,
    end: () => action.finish('ended', performance.now()),
    hold() {
      const held = {}
      action.begin(held)
      return () => action.done(held, performance.now())
    },
  }
  return contexts.with(action.context, () => {
    try {
      const result = fn(handle)
      const isFollowed = contexts.follow?.(result, (rejection) => {
        for (const error of rejection) onError(error)
        done()
      })
      if (!isFollowed) done()
      return result
    } catch (error) {
      onError(error)
      done()
      throw error
    }
  })
}
