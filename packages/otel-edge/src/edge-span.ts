import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api'
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions'
import { isSpanContextValid, redactText } from '@throughline/otel-shared'
import { ERROR, OK } from './api-constants.ts'
import { setInList, toList } from './attribute-list.ts'
import type { Invocation } from './invocation.ts'
import { record } from './record-span.ts'
import type { DroppedCounts, SpanRecord } from './span-record.ts'
import { textOf } from './text-of.ts'

const MAX_ATTRIBUTES = 128
const MAX_EVENTS = 128
const MAX_VALUE_LENGTH = 4096

/** A recording span of OpenTelemetry's API over a plain record, which goes to the isolate's buffer on `end()`. */
export class EdgeSpan implements Span {
  /** `undefined` once the span has ended. The runtime keeps contexts long after their event; they are to be light. */
  record: SpanRecord | undefined
  readonly #spanContext: SpanContext
  readonly #invocation: Invocation

  constructor(invocation: Invocation, spanContext: SpanContext, record: SpanRecord) {
    this.#invocation = invocation
    this.#spanContext = spanContext
    this.record = record
  }

  spanContext(): SpanContext {
    return this.#spanContext
  }

  setAttribute(key: string, value: AttributeValue | undefined): this {
    if (!this.record || value === undefined || !key || typeof key !== 'string') return this
    const isLong = typeof value === 'string' && value.length > MAX_VALUE_LENGTH
    const kept = isLong ? value.slice(0, MAX_VALUE_LENGTH) : value
    if (!setInList(this.record.attributes, key, kept, MAX_ATTRIBUTES))
      this.#countDropped('droppedAttributesCount')
    return this
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) this.setAttribute(key, attributes[key])
    return this
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.record) return this
    this.record.events ??= []
    if (this.record.events.length === MAX_EVENTS) return this.#countDropped('droppedEventsCount')
    const isTime = isTimeInput(attributesOrTime)
    const at = isTime ? attributesOrTime : time
    this.record.events.push({
      name: String(name),
      timeMillis: this.#toMillis(at),
      attributes: isTime || attributesOrTime == null ? [] : toList(attributesOrTime),
    })
    return this
  }

  addLink({ context, attributes = {} }: Link): this {
    if (!this.record || !isSpanContextValid(context)) return this
    this.record.links ??= []
    if (this.record.links.length === MAX_EVENTS) return this.#countDropped('droppedLinksCount')
    const traceState = context.traceState?.serialize()
    this.record.links.push({
      traceId: context.traceId,
      spanId: context.spanId,
      ...(traceState ? { traceState } : {}),
      flags: context.traceFlags,
      attributes: toList(attributes),
    })
    return this
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link)
    return this
  }

  setStatus({ code, message }: SpanStatus): this {
    // By the specification OK is final, and UNSET never replaces anything.
    if (!this.record || this.record.status?.code === OK || (code !== OK && code !== ERROR)) return this
    this.record.status = message === undefined ? { code } : { code, message: textOf(() => message) }
    return this
  }

  updateName(name: string): this {
    if (this.record) this.record.name = String(name)
    return this
  }

  end(endTime?: TimeInput): void {
    const ended = this.record
    if (!ended) return
    this.record = undefined
    ended.endMillis = Math.max(this.#toMillis(endTime), ended.startMillis)
    record(this.#invocation, ended)
  }

  isRecording(): boolean {
    return this.record !== undefined
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (!this.record) return
    const error: { name?: string; code?: string | number; message?: string; stack?: string } =
      typeof exception === 'string' ? { message: exception } : (exception ?? {})
    // What is not known is left out when the event is written.
    const known = (read: () => unknown) => redactText(textOf(() => read() ?? '')) || undefined
    const attributes = {
      [ATTR_EXCEPTION_TYPE]: known(() => error.name ?? error.code),
      [ATTR_EXCEPTION_MESSAGE]: known(() => error.message),
      [ATTR_EXCEPTION_STACKTRACE]: known(() => error.stack),
    }
    this.addEvent('exception', attributes, time)
  }

  #countDropped(what: keyof DroppedCounts): this {
    if (!this.record) return this
    this.record.dropped ??= { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 }
    this.record.dropped[what]++
    return this
  }

  #toMillis(time: TimeInput | undefined): number {
    return toMillis(time) ?? this.#invocation.sdk.now()
  }
}

/** Unix milliseconds; `undefined` for no time, or one that is none (an invalid `Date`). */
export function toMillis(time: TimeInput | undefined): number | undefined {
  if (time === undefined) return undefined
  const millis = Array.isArray(time)
    ? time[0] * 1e3 + time[1] / 1e6
    : typeof time === 'number'
      ? time
      : time.getTime()
  return Number.isFinite(millis) ? millis : undefined
}

function isTimeInput(value: Attributes | TimeInput | undefined): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value)
}
