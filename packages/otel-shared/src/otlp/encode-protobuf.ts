import { ProtobufWriter } from './protobuf-writer.ts'
import type {
  AnyValue,
  KeyValue,
  OtlpEvent,
  OtlpLink,
  OtlpSpan,
  ResourceSpans,
  ScopeSpans,
  TraceRequest,
} from './types.ts'

/**
 * Encodes an `ExportTraceServiceRequest` as binary protobuf.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function encodeTraceRequestProtobuf(request: TraceRequest): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  for (const resourceSpans of request.resourceSpans) {
    writer.message(1, () => writeResourceSpans(writer, resourceSpans))
  }
  return writer.finish()
}

function writeResourceSpans(
  writer: ProtobufWriter,
  { resource, scopeSpans, schemaUrl }: ResourceSpans,
): void {
  writer.message(1, () => {
    writeAttributes(writer, 1, resource.attributes)
    writer.uint32(2, resource.droppedAttributesCount)
  })
  for (const spans of scopeSpans) writer.message(2, () => writeScopeSpans(writer, spans))
  writer.string(3, schemaUrl)
}

function writeScopeSpans(writer: ProtobufWriter, { scope, spans, schemaUrl }: ScopeSpans): void {
  writer.message(1, () => {
    writer.string(1, scope.name)
    writer.string(2, scope.version)
    writeAttributes(writer, 3, scope.attributes ?? [])
  })
  for (const span of spans) writer.message(2, () => writeSpan(writer, span))
  writer.string(3, schemaUrl)
}

function writeSpan(writer: ProtobufWriter, span: OtlpSpan): void {
  writer.hexBytes(1, span.traceId)
  writer.hexBytes(2, span.spanId)
  writer.string(3, span.traceState)
  writer.hexBytes(4, span.parentSpanId)
  writer.string(5, span.name)
  writer.uint32(6, span.kind)
  writer.fixed64(7, span.startTimeUnixNano)
  writer.fixed64(8, span.endTimeUnixNano)
  writeAttributes(writer, 9, span.attributes)
  writer.uint32(10, span.droppedAttributesCount)
  for (const event of span.events) writer.message(11, () => writeEvent(writer, event))
  writer.uint32(12, span.droppedEventsCount)
  for (const link of span.links) writer.message(13, () => writeLink(writer, link))
  writer.uint32(14, span.droppedLinksCount)
  writer.message(15, () => {
    writer.string(2, span.status.message)
    writer.uint32(3, span.status.code)
  })
  writer.fixed32(16, span.flags)
}

function writeEvent(writer: ProtobufWriter, event: OtlpEvent): void {
  writer.fixed64(1, event.timeUnixNano)
  writer.string(2, event.name)
  writeAttributes(writer, 3, event.attributes)
  writer.uint32(4, event.droppedAttributesCount)
}

function writeLink(writer: ProtobufWriter, link: OtlpLink): void {
  writer.hexBytes(1, link.traceId)
  writer.hexBytes(2, link.spanId)
  writer.string(3, link.traceState)
  writeAttributes(writer, 4, link.attributes)
  writer.uint32(5, link.droppedAttributesCount)
  writer.fixed32(6, link.flags)
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: readonly KeyValue[]): void {
  for (const attribute of attributes) writer.message(field, () => writeKeyValue(writer, attribute))
}

function writeKeyValue(writer: ProtobufWriter, { key, value }: KeyValue): void {
  writer.string(1, key)
  writer.message(2, () => writeAnyValue(writer, value))
}

/** A oneof's field is written even when it holds its default, or it would read back as unset. */
function writeAnyValue(writer: ProtobufWriter, value: AnyValue): void {
  if (value.stringValue !== undefined) writer.presentString(1, value.stringValue)
  else if (value.boolValue !== undefined) writer.presentInt64(2, value.boolValue ? 1n : 0n)
  else if (value.intValue !== undefined) writer.presentInt64(3, BigInt(value.intValue))
  else if (value.doubleValue !== undefined) writer.presentDouble(4, Number(value.doubleValue))
  else if (value.arrayValue) {
    const { values } = value.arrayValue
    writer.message(5, () => {
      for (const item of values) writer.message(1, () => writeAnyValue(writer, item))
    })
  } else if (value.kvlistValue) {
    const { values } = value.kvlistValue
    writer.message(6, () => {
      for (const item of values) writer.message(1, () => writeKeyValue(writer, item))
    })
  } else if (value.bytesValue !== undefined) writer.presentBytes(7, fromBase64(value.bytesValue))
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
