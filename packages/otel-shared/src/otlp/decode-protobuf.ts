import { toDoubleValue } from './attributes.ts'
import { ProtobufError, ProtobufReader } from './protobuf-reader.ts'
import type {
  AnyValue,
  DecodeResult,
  KeyValue,
  OtlpEvent,
  OtlpLink,
  OtlpResource,
  OtlpScope,
  OtlpSpan,
  OtlpStatus,
  ResourceSpans,
  ScopeSpans,
} from './types.ts'
import { spanProblem, withoutZeroIds } from './validate-span.ts'

const MAX_VALUE_DEPTH = 20

/**
 * Decodes an `ExportTraceServiceRequest` from binary protobuf. Unknown fields are skipped; bytes that are no such
 * message fail the whole body; a span that breaks the data model is rejected by itself.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function decodeTraceRequestProtobuf(bytes: Uint8Array): DecodeResult {
  const rejections: string[] = []
  const resourceSpans: ResourceSpans[] = []
  try {
    const reader = new ProtobufReader(bytes)
    for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
      if (field === 1) resourceSpans.push(readResourceSpans(reader.message(), rejections))
      else reader.skip()
    }
  } catch (error) {
    if (error instanceof ProtobufError)
      return { ok: false, message: `the body is not OTLP protobuf: ${error.message}` }
    throw error
  }
  const [errorMessage] = rejections
  return {
    ok: true,
    request: { resourceSpans },
    rejectedSpans: rejections.length,
    ...(errorMessage === undefined ? {} : { errorMessage }),
  }
}

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }

function readResourceSpans(reader: ProtobufReader, rejections: string[]): ResourceSpans {
  const scopeSpans: ScopeSpans[] = []
  const result: Writable<ResourceSpans> = { resource: { attributes: [] }, scopeSpans }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) result.resource = readResource(reader.message())
    else if (field === 2) scopeSpans.push(readScopeSpans(reader.message(), rejections))
    else if (field === 3) setUnlessDefault(result, 'schemaUrl', reader.string())
    else reader.skip()
  }
  return result
}

function readResource(reader: ProtobufReader): OtlpResource {
  const attributes: KeyValue[] = []
  const result: Writable<OtlpResource> = { attributes }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) attributes.push(readKeyValue(reader.message(), 0))
    else if (field === 2) setUnlessDefault(result, 'droppedAttributesCount', reader.uint32())
    else reader.skip()
  }
  return result
}

function readScopeSpans(reader: ProtobufReader, rejections: string[]): ScopeSpans {
  const spans: OtlpSpan[] = []
  const result: Writable<ScopeSpans> = { scope: { name: '' }, spans }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) result.scope = readScope(reader.message())
    else if (field === 2) {
      const span = withoutZeroIds(readSpan(reader.message()))
      const problem = spanProblem(span)
      if (problem === undefined) spans.push(span)
      else rejections.push(problem)
    } else if (field === 3) setUnlessDefault(result, 'schemaUrl', reader.string())
    else reader.skip()
  }
  return result
}

function readScope(reader: ProtobufReader): OtlpScope {
  const attributes: KeyValue[] = []
  const result: Writable<OtlpScope> = { name: '' }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) result.name = reader.string()
    else if (field === 2) setUnlessDefault(result, 'version', reader.string())
    else if (field === 3) attributes.push(readKeyValue(reader.message(), 0))
    else reader.skip()
  }
  return attributes.length === 0 ? result : { ...result, attributes }
}

function readSpan(reader: ProtobufReader): OtlpSpan {
  const attributes: KeyValue[] = []
  const events: OtlpEvent[] = []
  const links: OtlpLink[] = []
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
    status: {},
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
    else if (field === 9) attributes.push(readKeyValue(reader.message(), 0))
    else if (field === 10) setUnlessDefault(span, 'droppedAttributesCount', reader.uint32())
    else if (field === 11) events.push(readEvent(reader.message()))
    else if (field === 12) setUnlessDefault(span, 'droppedEventsCount', reader.uint32())
    else if (field === 13) links.push(readLink(reader.message()))
    else if (field === 14) setUnlessDefault(span, 'droppedLinksCount', reader.uint32())
    else if (field === 15) span.status = readStatus(reader.message())
    else if (field === 16) setUnlessDefault(span, 'flags', reader.fixed32())
    else reader.skip()
  }
  return span
}

function readEvent(reader: ProtobufReader): OtlpEvent {
  const attributes: KeyValue[] = []
  const event: Writable<OtlpEvent> = { timeUnixNano: '0', name: '', attributes }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) event.timeUnixNano = reader.fixed64().toString()
    else if (field === 2) event.name = reader.string()
    else if (field === 3) attributes.push(readKeyValue(reader.message(), 0))
    else if (field === 4) setUnlessDefault(event, 'droppedAttributesCount', reader.uint32())
    else reader.skip()
  }
  return event
}

function readLink(reader: ProtobufReader): OtlpLink {
  const attributes: KeyValue[] = []
  const link: Writable<OtlpLink> = { traceId: '', spanId: '', attributes }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) link.traceId = hex(reader.bytes())
    else if (field === 2) link.spanId = hex(reader.bytes())
    else if (field === 3) setUnlessDefault(link, 'traceState', reader.string())
    else if (field === 4) attributes.push(readKeyValue(reader.message(), 0))
    else if (field === 5) setUnlessDefault(link, 'droppedAttributesCount', reader.uint32())
    else if (field === 6) setUnlessDefault(link, 'flags', reader.fixed32())
    else reader.skip()
  }
  return link
}

function readStatus(reader: ProtobufReader): OtlpStatus {
  const status: Writable<OtlpStatus> = {}
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 2) setUnlessDefault(status, 'message', reader.string())
    else if (field === 3) setUnlessDefault(status, 'code', reader.uint32())
    else reader.skip()
  }
  return status
}

function readKeyValue(reader: ProtobufReader, depth: number): KeyValue {
  let key = ''
  let value: AnyValue = {}
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) key = reader.string()
    else if (field === 2) value = readAnyValue(reader.message(), depth)
    else reader.skip()
  }
  return { key, value }
}

function readAnyValue(reader: ProtobufReader, depth: number): AnyValue {
  if (depth > MAX_VALUE_DEPTH)
    throw new ProtobufError(`an attribute is nested deeper than ${MAX_VALUE_DEPTH}`)
  let value: AnyValue = {}
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) value = { stringValue: reader.string() }
    else if (field === 2) value = { boolValue: reader.bool() }
    else if (field === 3) value = { intValue: reader.int64().toString() }
    else if (field === 4) value = { doubleValue: toDoubleValue(reader.double()) }
    else if (field === 5)
      value = { arrayValue: { values: readValues(reader.message(), (r) => readAnyValue(r, depth + 1)) } }
    else if (field === 6)
      value = { kvlistValue: { values: readValues(reader.message(), (r) => readKeyValue(r, depth + 1)) } }
    else if (field === 7) value = { bytesValue: base64(reader.bytes()) }
    else reader.skip()
  }
  return value
}

/** Some senders write fields out that hold their default; to protobuf they are the same as absent ones. */
function setUnlessDefault<Shape, Key extends keyof Shape>(message: Shape, key: Key, value: Shape[Key]): void {
  if (value) message[key] = value
}

/** `ArrayValue` and `KeyValueList` both hold one repeated field, number 1. */
function readValues<Item>(reader: ProtobufReader, read: (reader: ProtobufReader) => Item): Item[] {
  const values: Item[] = []
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) values.push(read(reader.message()))
    else reader.skip()
  }
  return values
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
