import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api'
import { setSpan } from '@throughline/otel-shared'
import { EMPTY_CONTEXT, withContext } from '../core/context.ts'
import { type Invocation, setInvocation } from '../core/invocation.ts'
import { isThenable } from '../core/is-object.ts'
import type { Sdk } from '../core/sdk.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import { SERVER } from '../platform/api-constants.ts'
import { endInvocation } from './end-invocation.ts'
import { recordError } from './record-error.ts'
import { startSpan } from './tracer.ts'

export interface InvocationSpan {
  readonly name: string
  /** Default: SERVER. */
  readonly kind?: SpanKind
  readonly attributes: Attributes
  /** The context with the parent span. Default: none, so the span is a root. */
  readonly parent?: Context | undefined
  /** The trace id of a root span. Default: a random one. */
  readonly traceId?: string | undefined
  readonly links?: Link[]
}

/** An invocation whose span has started. */
export interface StartedInvocation {
  /** The context to run the handler in. */
  readonly context: Context
  fail(error: unknown): void
  end(): void
}

/** Starts the span of an invocation that is not an HTTP request. */
export function startInvocation(
  sdk: Sdk,
  lifetime: WaitUntil,
  { name, kind = SERVER, parent = EMPTY_CONTEXT, ...options }: InvocationSpan,
): StartedInvocation {
  const invocation: Invocation = { sdk, lifetime, unfinished: undefined }
  const context = setInvocation(parent, invocation)
  const span = startSpan(invocation, name, context, { kind, ...options })
  return {
    context: setSpan(context, span),
    fail: (error) => recordError(span, error),
    end: () => endInvocation(invocation, span),
  }
}

/**
 * Runs the handler of an invocation that is not an HTTP request in a span. The span ends when the result has settled. A
 * synchronous result is returned synchronously, since another method of the app's class can be the caller.
 */
export function runInvocation<Result>(
  sdk: Sdk,
  lifetime: WaitUntil,
  description: InvocationSpan,
  handler: () => Result,
): Result {
  const started = startInvocation(sdk, lifetime, description)
  let result: Result
  try {
    result = withContext(started.context, handler)
  } catch (error) {
    started.fail(error)
    started.end()
    throw error
  }
  if (isThenable(result)) return settle(started, result) as Result
  started.end()
  return result
}

async function settle(started: StartedInvocation, result: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    started.fail(error)
    throw error
  } finally {
    started.end()
  }
}
