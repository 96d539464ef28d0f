import type { Context, Link, Span } from '@opentelemetry/api'
import { getSpanContext, setSpan } from '@throughline/otel-shared'
import { CONSUMER } from './api-constants.ts'
import { EMPTY_CONTEXT, withContext } from './context.ts'
import { EdgeSpan } from './edge-span.ts'
import { runEvent } from './event-span.ts'
import { endUnfinished, type Invocation, setInvocation, type WaitUntil } from './invocation.ts'
import { openEnvelope } from './queue-envelope.ts'
import { recordError } from './record-error.ts'
import { settleHeld } from './record-span.ts'
import { EDGE_SCOPE } from './scope.ts'
import type { Sdk } from './sdk.ts'
import {
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from './semconv.ts'
import { startSpan } from './tracer.ts'

type QueueMessage<Body> = MessageBatch<Body>['messages'][number]

interface Consumed {
  readonly context: Context
  readonly span: Span
}

const consumed = new WeakMap<object, Consumed>()

/**
 * Runs a queue handler with the bodies taken out of their envelopes. Each message is a consumer span in its
 * producer's trace. The handler itself runs in the span of the message when all are of one trace; a batch of
 * several traces gets a span of its own that links to all of them, since its work belongs to none of them alone.
 */
export async function consumeBatch<Message>(
  sdk: Sdk,
  batch: MessageBatch<Message>,
  lifetime: WaitUntil,
  handler: (batch: MessageBatch<Message>) => void | Promise<void>,
): Promise<void> {
  const invocation: Invocation = { sdk, lifetime, unfinished: undefined }
  const destination = batch.queue
  const messages = batch.messages.map((message) => {
    const { body, context: producer = EMPTY_CONTEXT } = openEnvelope(message.body, sdk.propagator)
    const opened = withBody(message, body as Message)
    const links = linksTo([producer])
    const parent = setInvocation(producer, invocation)
    const span = startSpan(
      invocation,
      EDGE_SCOPE,
      `process ${destination}`,
      {
        kind: CONSUMER,
        links,
        attributes: { ...messagingAttributes(destination), [ATTR_MESSAGING_MESSAGE_ID]: message.id },
      },
      parent,
    )
    consumed.set(opened, { span, context: setSpan(parent, span) })
    return { opened, producer, span, context: setSpan(parent, span) }
  })
  const roots = messages.flatMap(({ span }) => (span instanceof EdgeSpan && span.record) || [])
  const opened = withMessages(
    batch,
    messages.map((message) => message.opened),
  )
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
      await runEvent(sdk, lifetime, event, () => handler(opened))
    }
  } catch (error) {
    fail(error)
    throw error
  } finally {
    endUnfinished(invocation)
    for (const { span } of messages) span.end()
    settleHeld(invocation, roots)
  }
}

/**
 * Runs `handler` for every message of a batch at once, each in its own message's trace, its span ending with it.
 * When all are done, the first error is thrown on. Acknowledge or retry each message in the handler to decide
 * about it alone.
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

function linksTo(contexts: readonly Context[]): Link[] {
  return contexts.flatMap((context) => {
    const producer = getSpanContext(context)
    return producer ? [{ context: producer }] : []
  })
}

function withBody<Body>(message: QueueMessage<Body>, body: Body): typeof message {
  return delegate(message, { body })
}

function withMessages<Body>(
  batch: MessageBatch<Body>,
  messages: readonly QueueMessage<Body>[],
): MessageBatch<Body> {
  return delegate(batch, { messages })
}

/** The runtime's object with some properties of ours in front; its methods get itself as their receiver. */
function delegate<Target extends object>(
  target: Target,
  own: Partial<Record<keyof Target, unknown>>,
): Target {
  return new Proxy(target, {
    get(_, key) {
      if (key in own) return Reflect.get(own, key)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
