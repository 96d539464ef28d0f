import type { KeyValue, OtlpSpan } from '@throughline/otel-shared'
import { Inbox } from '../src/collector/inbox.ts'
import { makeRequest } from '../src/collector/make-request.ts'
import { type ReceivedSpan, toReceivedSpans } from '../src/trace/received-span.ts'

type AttributeValue = string | number | boolean | readonly string[]

/** A span of a test: `id` and `parent` are single digits, times are milliseconds after the start of the trace. */
export interface TestSpan extends Omit<Partial<OtlpSpan>, 'attributes'> {
  readonly id?: string
  readonly parent?: string
  readonly from?: number
  readonly to?: number
  readonly service?: string
  readonly attributes?: Readonly<Record<string, AttributeValue>>
}

/** Creates received spans. The name is the id by default, and the span lasts from 0 to 100 ms. */
export function makeSpans(...spans: readonly TestSpan[]): ReceivedSpan[] {
  return spans.flatMap((span) => toReceivedSpans(requestOf(span)))
}

/** An inbox that has received spans, one request each. */
export function makeInbox(...spans: readonly TestSpan[]): Inbox {
  const inbox = new Inbox()
  receive(inbox, ...spans)
  return inbox
}

/** Lets an inbox receive spans, one request each. */
export function receive(inbox: Inbox, ...spans: readonly TestSpan[]): void {
  for (const span of spans) {
    const body = new TextEncoder().encode(JSON.stringify(requestOf(span)))
    inbox.receive({
      ...{ receivedMillis: 0, method: 'POST', path: '/v1/traces', sizeBytes: body.length, body },
      headers: { 'content-type': 'application/json' },
    })
  }
}

function requestOf({ id = '1', parent, from = 0, to = 100, service = 'shop', ...fields }: TestSpan) {
  const { attributes = {}, ...others } = fields
  return makeRequest(service, {
    ...{ spanId: idOf(id), name: id, startTimeUnixNano: nanos(from), endTimeUnixNano: nanos(to) },
    ...(parent === undefined ? {} : { parentSpanId: idOf(parent) }),
    ...others,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueOf(value) })),
  })
}

/** The id of a span, whose digits are all the same. */
export function idOf(digit: string): string {
  return digit.repeat(16)
}

function nanos(millis: number): string {
  return String(1_000_000_000n + BigInt(Math.round(millis * 1e6)))
}

function anyValueOf(value: AttributeValue): KeyValue['value'] {
  if (typeof value === 'object') return { arrayValue: { values: value.map(anyValueOf) } }
  if (typeof value === 'boolean') return { boolValue: value }
  return typeof value === 'number' ? { intValue: String(value) } : { stringValue: value }
}
