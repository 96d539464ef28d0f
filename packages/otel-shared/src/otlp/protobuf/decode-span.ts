import type { KeyValue, OtlpEvent, OtlpLink, OtlpSpan, OtlpStatus } from '../types.ts'
import { readAttribute } from './decode-attribute.ts'
import {
  addDropped,
  addItem,
  countMessages,
  type DecodeTally,
  setUnlessDefault,
  type Writable,
} from './decode-limits.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** What a span, and an event or a link, add to the count of messages, which `MAX_MESSAGES` limits. */
const [SPAN_MESSAGES, EVENT_MESSAGES] = [10, 3]
/** The maximum length of an id, for the error message about an invalid one. */
const MAX_ID_BYTES = 20
const HEX = '0123456789abcdef'

/** Reads a `Span` message. Ids become hex strings, and times decimal strings. */
export function readSpan(reader: ProtobufReader, tally: DecodeTally): OtlpSpan {
  countMessages(tally, SPAN_MESSAGES)
  const attributes: KeyValue[] = []
  const events: OtlpEvent[] = []
  const links: OtlpLink[] = []
  const status: Writable<OtlpStatus> = {}
  let [droppedAttributes, droppedEvents, droppedLinks] = [0, 0, 0]
  const span: Writable<OtlpSpan> = {
    traceId: '',
    spanId: '',
    name: '',
    kind: 0,
    startTimeUnixNano: '0',
    endTimeUnixNano: '0',
    attributes,
    events,
    links,
    status,
  }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) span.traceId = hex(reader.bytes())
    else if (field === 2) span.spanId = hex(reader.bytes())
    else if (field === 3) setUnlessDefault(span, 'traceState', reader.string())
    else if (field === 4) setUnlessDefault(span, 'parentSpanId', hex(reader.bytes()))
    else if (field === 5) span.name = reader.string()
    else if (field === 6) span.kind = reader.uint32()
    else if (field === 7) span.startTimeUnixNano = reader.fixed64().toString()
    else if (field === 8) span.endTimeUnixNano = reader.fixed64().toString()
    else if (field === 9) droppedAttributes += addItem(attributes, reader, tally, readAttribute)
    else if (field === 10) setUnlessDefault(span, 'droppedAttributesCount', reader.uint32())
    else if (field === 11) droppedEvents += addItem(events, reader, tally, readEvent)
    else if (field === 12) setUnlessDefault(span, 'droppedEventsCount', reader.uint32())
    else if (field === 13) droppedLinks += addItem(links, reader, tally, readLink)
    else if (field === 14) setUnlessDefault(span, 'droppedLinksCount', reader.uint32())
    else if (field === 15) readStatus(reader.message(), status)
    else if (field === 16) setUnlessDefault(span, 'flags', reader.fixed32())
    else reader.skip()
  }
  addDropped(span, 'droppedAttributesCount', droppedAttributes)
  addDropped(span, 'droppedEventsCount', droppedEvents)
  addDropped(span, 'droppedLinksCount', droppedLinks)
  return span
}

function readEvent(reader: ProtobufReader, tally: DecodeTally): OtlpEvent {
  countMessages(tally, EVENT_MESSAGES)
  const attributes: KeyValue[] = []
  const event: Writable<OtlpEvent> = { timeUnixNano: '0', name: '', attributes }
  let dropped = 0
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) event.timeUnixNano = reader.fixed64().toString()
    else if (field === 2) event.name = reader.string()
    else if (field === 3) dropped += addItem(attributes, reader, tally, readAttribute)
    else if (field === 4) setUnlessDefault(event, 'droppedAttributesCount', reader.uint32())
    else reader.skip()
  }
  addDropped(event, 'droppedAttributesCount', dropped)
  return event
}

function readLink(reader: ProtobufReader, tally: DecodeTally): OtlpLink {
  countMessages(tally, EVENT_MESSAGES)
  const attributes: KeyValue[] = []
  const link: Writable<OtlpLink> = { traceId: '', spanId: '', attributes }
  let dropped = 0
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) link.traceId = hex(reader.bytes())
    else if (field === 2) link.spanId = hex(reader.bytes())
    else if (field === 3) setUnlessDefault(link, 'traceState', reader.string())
    else if (field === 4) dropped += addItem(attributes, reader, tally, readAttribute)
    else if (field === 5) setUnlessDefault(link, 'droppedAttributesCount', reader.uint32())
    else if (field === 6) setUnlessDefault(link, 'flags', reader.fixed32())
    else reader.skip()
  }
  addDropped(link, 'droppedAttributesCount', dropped)
  return link
}

function readStatus(reader: ProtobufReader, status: Writable<OtlpStatus>): void {
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 2) setUnlessDefault(status, 'message', reader.string())
    else if (field === 3) setUnlessDefault(status, 'code', reader.uint32())
    else reader.skip()
  }
}

/** Encodes bytes as hex in one call: V8 represents a string that is built with `+=` as a chain of objects (`ConsString`). */
function hex(bytes: Uint8Array): string {
  const codes: number[] = []
  for (const byte of bytes.subarray(0, MAX_ID_BYTES))
    codes.push(HEX.charCodeAt(byte >>> 4), HEX.charCodeAt(byte & 15))
  return String.fromCharCode(...codes)
}
