import type { Context, Span } from '@opentelemetry/api'
import { getSpanContext, setSpan } from '@throughline/otel-shared'
import type { BindingInstrumentation } from '../bindings/binding-instrumentation.ts'
import { extractFromMessage } from '../bindings/message-envelope.ts'
import { wrapObject } from '../bindings/wrap-object.ts'
import { EMPTY_CONTEXT, withContext } from '../core/context.ts'
import { endUnfinished, type Invocation, setInvocation } from '../core/invocation.ts'
import type { Sdk } from '../core/sdk.ts'
import {
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '../core/semconv.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import { CONSUMER } from '../platform/api-constants.ts'
import { recordOf } from '../trace/edge-span.ts'
import { runInvocation } from '../trace/invocation-span.ts'
import { recordError } from '../trace/record-error.ts'
import { makeTailDecision } from '../trace/tail-sampling.ts'
import { startSpan } from '../trace/tracer.ts'

type QueueMessage<Body> = MessageBatch<Body>['messages'][number]

interface Consumed {
  readonly context: Context
  readonly span: Span
}

/** Replaces a property. */
function withValue(name: string, value: unknown): BindingInstrumentation {
  return { replace: (_, key) => (key === name ? [value] : undefined) }
}

/** The spans of the messages, for `processMessages`. */
const consumed = new WeakMap<object, Consumed>()

/**
 * Runs a queue handler. The envelopes that carry the context are removed from the messages. Each message is a consumer span
 * in the trace of its producer. If all messages belong to one trace, the handler runs in the span of the first message.
 * Otherwise it runs in a separate span with links to the spans of all messages.
 */
export async function consumeBatch<Message>(
  sdk: Sdk,
  batch: MessageBatch<Message>,
  lifetime: WaitUntil,
  handler: (batch: MessageBatch<Message>) => void | Promise<void>,
): Promise<void> {
  const invocation: Invocation = { sdk, lifetime, unfinished: undefined }
  const destination = batch.queue
  const bound = { name: destination, sdk }
  const messages = batch.messages.map((message) => {
    const { body, context: producer = EMPTY_CONTEXT } = extractFromMessage(message.body, sdk.propagator)
    const opened = wrapObject(message, withValue('body', body), bound)
    const caller = getSpanContext(producer)
    const links = caller ? [{ context: caller }] : []
    const parent = setInvocation(producer, invocation)
    const span = startSpan(invocation, `process ${destination}`, parent, {
      kind: CONSUMER,
      links,
      attributes: { ...messagingAttributes(destination), [ATTR_MESSAGING_MESSAGE_ID]: message.id },
    })
    const context = setSpan(parent, span)
    consumed.set(opened, { span, context })
    return { opened, span, context }
  })
  const roots = messages.flatMap(({ span }) => recordOf(span) ?? [])
  const openedMessages = messages.map((message) => message.opened)
  const opened = wrapObject(batch, withValue('messages', openedMessages), bound)
  const fail = (error: unknown) => {
    for (const { span } of messages) recordError(span, error)
  }
  try {
    const [first] = messages
    const traceIds = new Set(messages.map(({ span }) => span.spanContext().traceId))
    if (first && traceIds.size === 1) await withContext(first.context, () => handler(opened))
    else {
      const event = {
        name: `process ${destination}`,
        kind: CONSUMER,
        links: messages.map(({ span }) => ({ context: span.spanContext() })),
        attributes: {
          ...messagingAttributes(destination),
          [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: messages.length,
        },
      }
      await runInvocation(sdk, lifetime, event, () => handler(opened))
    }
  } catch (error) {
    fail(error)
    throw error
  } finally {
    endUnfinished(invocation)
    for (const { span } of messages) span.end()
    makeTailDecision(invocation, roots)
  }
}

/**
 * Calls `handler` for all messages of a batch concurrently, each call in the span of its message. The span ends when the
 * handler has settled. After all calls have settled, the first error is thrown. The handler can acknowledge or retry its
 * message.
 *
 * @example
 * ```ts
 * queue: (batch, env) => processMessages(batch, async (message) => { await fulfil(message.body, env); message.ack() })
 * ```
 */
export async function processMessages<Body>(
  batch: MessageBatch<Body>,
  handler: (message: QueueMessage<Body>) => unknown,
): Promise<void> {
  const results = await Promise.allSettled(
    batch.messages.map(async (message) => {
      const own = consumed.get(message)
      if (!own) return await handler(message)
      try {
        return await withContext(own.context, () => handler(message))
      } catch (error) {
        recordError(own.span, error)
        throw error
      } finally {
        own.span.end()
      }
    }),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

function messagingAttributes(destination: string): Record<string, string> {
  return {
    [ATTR_MESSAGING_SYSTEM]: 'cloudflare_queues',
    [ATTR_MESSAGING_DESTINATION_NAME]: destination,
    [ATTR_MESSAGING_OPERATION_NAME]: 'process',
    [ATTR_MESSAGING_OPERATION_TYPE]: 'process',
  }
}
