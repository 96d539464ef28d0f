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

/** Runs the handler of an event that is no request as a span of its own, ended when the handler is done. */
export async function runEvent<Result>(
  sdk: Sdk,
  lifetime: WaitUntil,
  { name, kind = SERVER, attributes, parent = EMPTY_CONTEXT, links = [] }: EventSpan,
  handler: () => Result | Promise<Result>,
): Promise<Result> {
  const invocation: Invocation = { sdk, lifetime, unfinished: undefined }
  const context = setInvocation(parent, invocation)
  const span = startSpan(invocation, EDGE_SCOPE, name, { kind, attributes, links }, context)
  try {
    return await withContext(setSpan(context, span), handler)
  } catch (error) {
    recordError(span, error)
    throw error
  } finally {
    endEvent(invocation, span)
  }
}
