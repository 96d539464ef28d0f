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
import { type AttributeList, addToList, setInList, toRecorded } from '../core/attribute-list.ts'
import type { Invocation } from '../core/invocation.ts'
import { safeString } from '../core/safe-string.ts'
import type { Sdk } from '../core/sdk.ts'
import { countDrops, type DroppedCounts, type SpanRecord } from '../core/span-record.ts'
import { MAX_TIME_MILLIS } from '../limits.ts'
import { ERROR, INVALID_SPAN_CONTEXT, OK } from '../platform/api-constants.ts'
import { exportOrHold } from './tail-sampling.ts'

/** A recording span of the OpenTelemetry API. Its data is a plain record, which `end()` passes to the export. */
export class EdgeSpan implements Span {
  /** `undefined` once the span has ended, to free its data: the runtime's async contexts keep the span alive for longer. */
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
    if (!this.record || value == null) return this
    const sdk = this.#sdk
    const own = toRecorded(key, value, sdk)
    const isSet = own !== undefined && setInList(this.record.attributes, key, own, sdk.limits.attributes)
    return isSet ? this : this.#drop('droppedAttributesCount', 1)
  }

  setAttributes(attributes: Attributes): this {
    if (!this.record) return this
    const sdk = this.#sdk
    const dropped = addToList(this.record.attributes, attributes, sdk.limits.attributes, sdk)
    return this.#drop('droppedAttributesCount', dropped)
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.record) return this
    const sdk = this.#sdk
    this.record.events ??= []
    const { events } = this.record
    if (events.length >= sdk.limits.events) return this.#drop('droppedEventsCount', 1)
    const isTime = isTimeInput(attributesOrTime)
    const attributes: AttributeList = []
    const droppedAttributesCount = isTime
      ? 0
      : addToList(attributes, attributesOrTime, sdk.limits.eventAttributes, sdk)
    events.push({
      name: redactText(safeString(() => name)),
      timeMillis: this.#toMillis(isTime ? attributesOrTime : time),
      attributes,
      droppedAttributesCount,
    })
    return this
  }

  addLink(link: Link): this {
    if (!this.record) return this
    const sdk = this.#sdk
    const attributes: AttributeList = []
    const droppedAttributesCount = addToList(attributes, link?.attributes, sdk.limits.linkAttributes, sdk)
    const traceState = safeString(() => link.context.traceState?.serialize() ?? '')
    const { context } = link ?? {}
    const isValid = context && isSpanContextValid(context)
    // https://opentelemetry.io/docs/specs/otel/trace/api/#link: a link without ids is recorded when it has attributes or
    // a tracestate.
    if (!isValid && attributes.length === 0 && (!traceState || !context)) return this
    this.record.links ??= []
    if (this.record.links.length >= sdk.limits.links) return this.#drop('droppedLinksCount', 1)
    const { traceId, spanId, traceFlags } = isValid ? context : INVALID_SPAN_CONTEXT
    this.record.links.push({
      traceId,
      spanId,
      ...(traceState ? { traceState } : {}),
      flags: traceFlags,
      attributes,
      droppedAttributesCount,
    })
    return this
  }

  addLinks(links: Link[]): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link)
    return this
  }

  setStatus(status: SpanStatus): this {
    const { code, message } = status ?? {}
    // https://opentelemetry.io/docs/specs/otel/trace/api/#set-status: OK is final, UNSET is ignored, only ERROR has a
    // message.
    if (!this.record || this.record.status?.code === OK || (code !== OK && code !== ERROR)) return this
    this.record.status =
      message == null || code === OK ? { code } : { code, message: redactText(safeString(() => message)) }
    return this
  }

  updateName(name: string): this {
    if (this.record && typeof name === 'string') this.record.name = redactText(safeString(() => name))
    return this
  }

  end(endTime?: TimeInput): void {
    const ended = this.record
    if (!ended) return
    this.record = undefined
    ended.endMillis = Math.max(this.#toMillis(endTime), ended.startMillis)
    exportOrHold(this.#invocation, ended)
  }

  isRecording(): boolean {
    return this.record !== undefined
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (!this.record) return
    const error: { name?: string; code?: string | number; message?: string; stack?: string } =
      typeof exception === 'string' ? { message: exception } : (exception ?? {})
    const known = (read: () => unknown) => safeString(() => read() ?? '') || undefined
    const attributes = {
      [ATTR_EXCEPTION_TYPE]: known(() => error.name ?? error.code),
      [ATTR_EXCEPTION_MESSAGE]: known(() => error.message),
      [ATTR_EXCEPTION_STACKTRACE]: known(() => error.stack),
    }
    this.addEvent('exception', attributes, time)
  }

  get #sdk(): Sdk {
    return this.#invocation.sdk
  }

  #drop(what: keyof DroppedCounts, count: number): this {
    if (this.record && count > 0) countDrops(this.record, what, count)
    return this
  }

  #toMillis(time: TimeInput | undefined): number {
    return toMillis(time) ?? this.#sdk.now()
  }
}

/** The data of a span; `undefined` when it is not recorded or has ended. */
export function recordOf(span: Span): SpanRecord | undefined {
  return span instanceof EdgeSpan ? span.record : undefined
}

/** Unix milliseconds; `undefined` for no time, an invalid `Date`, or a time that OTLP cannot express. */
export function toMillis(time: TimeInput | undefined): number | undefined {
  const millis = Array.isArray(time)
    ? time[0] * 1e3 + time[1] / 1e6
    : time instanceof Date
      ? time.getTime()
      : time
  return typeof millis === 'number' && millis >= 0 && millis < MAX_TIME_MILLIS ? millis : undefined
}

function isTimeInput(value: Attributes | TimeInput | undefined): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value)
}
