import type { Attributes, Span, SpanKind } from '@opentelemetry/api'
import { setSpan } from '@throughline/otel-shared'
import { activeContext, withContext } from '../core/context.ts'
import { getInvocation } from '../core/invocation.ts'
import { isObject, isThenable } from '../core/is-object.ts'
import { CLIENT } from '../platform/api-constants.ts'
import { recordError } from '../trace/record-error.ts'
import { startSpan } from '../trace/tracer.ts'
import { followRpcPromise } from './rpc/rpc-promise.ts'

export interface ClientSpan {
  readonly name: string
  /** Default: CLIENT. */
  readonly kind?: SpanKind
  readonly attributes: Attributes
}

/**
 * Runs a call in a client span. The span ends when the result has settled or, for a socket, when it has opened. Returns the
 * result of the call; for a promise, a derived one. Outside of an invocation, no span is started.
 */
export function withClientSpan<Result>(describe: () => ClientSpan, call: () => Result): Result {
  const context = activeContext()
  const invocation = getInvocation(context)
  if (!invocation) return call()
  let span: Span
  try {
    const { name, kind = CLIENT, attributes } = describe()
    span = startSpan(invocation, name, context, { kind, attributes })
  } catch {
    // Invalid arguments (a symbol as the name of a model): the binding rejects them with its own error.
    return call()
  }
  const fail = (error: unknown) => {
    recordError(span, error)
    span.end()
  }
  const followPromise = async (promise: Promise<unknown>) => {
    try {
      const value = await promise
      span.end()
      return value
    } catch (error) {
      fail(error)
      throw error
    }
  }
  try {
    const result = withContext(setSpan(context, span), call)
    // The caller gets a derived promise, so that a rejection that it does not handle is reported as unhandled.
    if (result instanceof Promise) return followPromise(result) as Result
    // A runtime's promise inherits `then`. Calling an own `then` of another object could start work.
    if (isThenable(result) && !Object.hasOwn(result, 'then')) followRpcPromise(result, () => span.end(), fail)
    else if (isOpening(result)) result.opened.then(() => span.end(), fail)
    else span.end()
    return result
  } catch (error) {
    fail(error)
    throw error
  }
}

/** Whether a value is a socket, which `connect` returns. */
function isOpening(value: unknown): value is { readonly opened: PromiseLike<unknown> } {
  return isObject(value) && 'opened' in value && isThenable(value.opened)
}
