import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api'
import { setSpan } from '@throughline/otel-shared'
import { SERVER } from './api-constants.ts'
import { EMPTY_CONTEXT, withContext } from './context.ts'
import { endEvent } from './end-event.ts'
import { type Invocation, setInvocation, type WaitUntil } from './invocation.ts'
import { recordError } from './record-error.ts'
import { EDGE_SCOPE } from './scope.ts'
import type { Sdk } from './sdk.ts'
import { startSpan } from './tracer.ts'

export interface EventSpan {
  readonly name: string
  readonly kind?: SpanKind
  readonly attributes: Attributes
  /** What the event continues. Default: a new trace. */
  readonly parent?: Context
  readonly links?: Link[]
}

/** An event that has begun. */
export interface StartedEvent {
  /** For what it does. */
  readonly context: Context
  fail(error: unknown): void
  end(): void
}

/** Starts the span of an event that is no request. */
export function startEvent(
  sdk: Sdk,
  lifetime: WaitUntil,
  { name, kind = SERVER, attributes, parent = EMPTY_CONTEXT, links = [] }: EventSpan,
): StartedEvent {
  const invocation: Invocation = { sdk, lifetime, unfinished: undefined }
  const context = setInvocation(parent, invocation)
  const span = startSpan(invocation, EDGE_SCOPE, name, { kind, attributes, links }, context)
  return {
    context: setSpan(context, span),
    fail: (error) => recordError(span, error),
    end: () => endEvent(invocation, span),
  }
}

/**
 * Runs the handler of an event that is no request as a span of its own, ended when the handler is done. What it returns
 * at once is returned at once: a class's own code may be what calls, from where no context is.
 */
export function runEvent<Result>(
  sdk: Sdk,
  lifetime: WaitUntil,
  description: EventSpan,
  handler: () => Result,
): Result {
  const event = startEvent(sdk, lifetime, description)
  let result: Result
  try {
    result = withContext(event.context, handler)
  } catch (error) {
    event.fail(error)
    event.end()
    throw error
  }
  if (isThenable(result)) return settle(event, result) as Result
  event.end()
  return result
}

async function settle(event: StartedEvent, result: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    event.fail(error)
    throw error
  } finally {
    event.end()
  }
}

/** The promises of the runtime's RPC are functions. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null
  return isObject && 'then' in value && typeof value.then === 'function'
}
