import type { Attributes, SpanKind } from '@opentelemetry/api'
import { setSpan } from '@throughline/otel-shared'
import { CLIENT } from './api-constants.ts'
import { activeContext, withContext } from './context.ts'
import { getInvocation } from './invocation.ts'
import { recordError } from './record-error.ts'
import { EDGE_SCOPE } from './scope.ts'
import { startSpan } from './tracer.ts'

export interface ClientSpan {
  readonly name: string
  /** Default: client. */
  readonly kind?: SpanKind
  readonly attributes: Attributes
}

/**
 * A span from a call until what it returned has settled; of a socket, until it is open. The caller gets the very value
 * the call returned, of a promise one that settles alike. Outside of a traced event it is the call alone.
 */
export function withClientSpan<Result>(describe: () => ClientSpan, call: () => Result): Result {
  const context = activeContext()
  const invocation = getInvocation(context)
  if (!invocation) return call()
  const { name, kind = CLIENT, attributes } = describe()
  const span = startSpan(invocation, EDGE_SCOPE, name, { kind, attributes }, context)
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
    // The caller's promise is one derived from it: nobody but the caller handles its rejection.
    if (result instanceof Promise) return followPromise(result) as Result
    const settles = settlesWhen(result)
    if (settles) settles.then(() => span.end(), fail)
    else span.end()
    return result
  } catch (error) {
    fail(error)
    throw error
  }
}

function settlesWhen(value: unknown): PromiseLike<unknown> | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  if ('then' in value) return value as PromiseLike<unknown>
  return 'opened' in value ? (value.opened as PromiseLike<unknown>) : undefined
}
