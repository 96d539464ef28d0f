import type { ContextManager } from '@opentelemetry/api'
import type { Action } from './action.ts'

/** What the function given to `action(name, fn)` can do with its action. */
export interface ActionHandle {
  readonly traceId: string
  /** Ends the action now, whatever is still pending. */
  end(): void
  /** Keeps the action open until the returned function is called (or its limits are reached). */
  hold(): () => void
}

/**
 * Runs `fn` as the work of `action` and returns what it returns: the same value, or a promise for the same value or
 * error. The action goes on while that promise is pending and while requests of it are.
 */
export function runAction<T>(
  contexts: ContextManager,
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
      // A promise derived here keeps its own rejection: the page's `unhandledrejection` fires as it would have.
      if (isPromise(result)) return settle(result, done, onError) as T
      done()
      return result
    } catch (error) {
      onError(error)
      done()
      throw error
    }
  })
}

async function settle(
  result: Promise<unknown>,
  done: () => void,
  onError: (error: unknown) => void,
): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    onError(error)
    throw error
  } finally {
    done()
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}
