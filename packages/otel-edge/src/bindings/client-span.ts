import type { Attributes, Context, Span, SpanKind } from '@opentelemetry/api'
import { setSpan } from '@throughline/otel-shared'
import { isWorkerd } from '#async-local-storage'
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
 *
 * @param call gets the context of the span, unless that is active.
 * @param isApp whether the call can run code of the app, for which the context is then active. Each activation takes
 *   microseconds. Default: true.
 */
export function withClientSpan<Result>(
  describe: () => ClientSpan,
  call: (context?: Context) => Result,
  isApp = true,
): Result {
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
    const own = setSpan(context, span)
    // Other runtimes have bindings in JavaScript, which can send requests.
    const result = isApp || !isWorkerd ? withContext(own, call) : call(own)
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
