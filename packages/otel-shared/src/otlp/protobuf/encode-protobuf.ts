import type { TraceRequest } from '../types.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

type FieldType = 'string' | 'hex' | 'uint32' | 'fixed32' | 'fixed64'
/** Types that are written even with their default value: in a `oneof`, an absent field would be decoded as unset. */
type PresentType = 'presentString' | 'presentInt64' | 'presentDouble' | 'presentBase64'

/** The fields of a message by their JSON names, in the order of their numbers. */
interface Message {
  readonly [name: string]: readonly [field: number, type: FieldType | PresentType | Message]
}

const ANY_VALUE: Message = {
  stringValue: [1, 'presentString'],
  boolValue: [2, 'presentInt64'],
  intValue: [3, 'presentInt64'],
  doubleValue: [4, 'presentDouble'],
  get arrayValue() {
    return [5, { values: [1, ANY_VALUE] }] as const
  },
  get kvlistValue() {
    return [6, { values: [1, KEY_VALUE] }] as const
  },
  bytesValue: [7, 'presentBase64'],
}
const KEY_VALUE: Message = { key: [1, 'string'], value: [2, ANY_VALUE] }
const EVENT: Message = {
  timeUnixNano: [1, 'fixed64'],
  name: [2, 'string'],
  attributes: [3, KEY_VALUE],
  droppedAttributesCount: [4, 'uint32'],
}
const LINK: Message = {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'string'],
  attributes: [4, KEY_VALUE],
  droppedAttributesCount: [5, 'uint32'],
  flags: [6, 'fixed32'],
}
const SPAN: Message = {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'string'],
  parentSpanId: [4, 'hex'],
  name: [5, 'string'],
  kind: [6, 'uint32'],
  startTimeUnixNano: [7, 'fixed64'],
  endTimeUnixNano: [8, 'fixed64'],
  attributes: [9, KEY_VALUE],
  droppedAttributesCount: [10, 'uint32'],
  events: [11, EVENT],
  droppedEventsCount: [12, 'uint32'],
  links: [13, LINK],
  droppedLinksCount: [14, 'uint32'],
  status: [15, { message: [2, 'string'], code: [3, 'uint32'] }],
  flags: [16, 'fixed32'],
}
const SCOPE: Message = { name: [1, 'string'], version: [2, 'string'], attributes: [3, KEY_VALUE] }
const RESOURCE: Message = { attributes: [1, KEY_VALUE], droppedAttributesCount: [2, 'uint32'] }
const SCOPE_SPANS: Message = { scope: [1, SCOPE], spans: [2, SPAN], schemaUrl: [3, 'string'] }
const RESOURCE_SPANS: Message = {
  resource: [1, RESOURCE],
  scopeSpans: [2, SCOPE_SPANS],
  schemaUrl: [3, 'string'],
}

/**
 * Encodes an `ExportTraceServiceRequest` as binary protobuf.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function encodeTraceRequestProtobuf(request: TraceRequest): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  writeFields(writer, { resourceSpans: [1, RESOURCE_SPANS] }, request as unknown as Record<string, unknown>)
  return writer.finish()
}

function writeFields(
  writer: ProtobufWriter,
  message: Message,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const name in message) {
    const value = values[name]
    const description = message[name]
    if (value === undefined || !description) continue
    const [field, type] = description
    for (const item of Array.isArray(value) ? value : [value]) {
      // The types of the request match the table, since both follow trace.proto.
      if (typeof type === 'string') writer[type](field, item as never)
      else writer.message(field, () => writeFields(writer, type, item as Record<string, unknown>))
    }
  }
}
