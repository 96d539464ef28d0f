import type {
  DecodeResult,
  KeyValue,
  OtlpResource,
  OtlpScope,
  OtlpSpan,
  ResourceSpans,
  ScopeSpans,
} from '../types.ts'
import { normalizeIds, spanProblem } from '../validate-span.ts'
import { readAttribute } from './decode-attribute.ts'
import {
  addDropped,
  addItem,
  countMessages,
  type DecodeTally,
  InvalidValue,
  setUnlessDefault,
  TooManyMessages,
  type Writable,
} from './decode-limits.ts'
import { readSpan } from './decode-span.ts'
import { ProtobufError, ProtobufReader } from './protobuf-reader.ts'

const MAX_SPANS = 16_384
/** What a `ResourceSpans` or a `ScopeSpans` adds to the count of messages, which `MAX_MESSAGES` limits. */
const GROUP_MESSAGES = 6

/**
 * Decodes an `ExportTraceServiceRequest` from binary protobuf. Unknown fields are skipped. Malformed bytes invalidate the whole
 * body. A span that violates the data model is rejected separately.
 *
 * An empty message of two bytes takes about a hundred bytes in memory. Repeated fields of a span, a resource, a scope or a
 * value are therefore limited to 1,024 items: further items are skipped and counted. A request is limited to 16,384 spans,
 * further spans are rejected, and to 200,000 messages: a larger request is refused.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function decodeTraceRequestProtobuf(bytes: Uint8Array): DecodeResult {
  const tally: DecodeTally = {
    messages: 0,
    spans: 0,
    rejectedSpans: 0,
    errorMessage: undefined,
    droppedItems: 0,
  }
  const resourceSpans: ResourceSpans[] = []
  try {
    const reader = new ProtobufReader(bytes)
    for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
      if (field === 1) resourceSpans.push(readResourceSpans(reader.message(), tally))
      else reader.skip()
    }
  } catch (error) {
    if (error instanceof TooManyMessages) return { ok: false, isTooLarge: true, message: error.message }
    if (error instanceof ProtobufError || error instanceof InvalidValue)
      return { ok: false, message: `the body is not OTLP protobuf: ${error.message}` }
    throw error
  }
  const { rejectedSpans, errorMessage, droppedItems } = tally
  return {
    ok: true,
    request: { resourceSpans },
    rejectedSpans,
    ...(errorMessage === undefined ? {} : { errorMessage }),
    ...(droppedItems === 0 ? {} : { droppedItems }),
  }
}

// A message that is not repeated can occur several times. The parts are merged.
// https://protobuf.dev/programming-guides/encoding/#last-one-wins

function readResourceSpans(reader: ProtobufReader, tally: DecodeTally): ResourceSpans {
  countMessages(tally, GROUP_MESSAGES)
  const scopeSpans: ScopeSpans[] = []
  const resource: ResourceInParts = { attributes: [] }
  const result: Writable<ResourceSpans> = { resource, scopeSpans }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) readResource(reader.message(), tally, resource)
    else if (field === 2) scopeSpans.push(readScopeSpans(reader.message(), tally))
    else if (field === 3) setUnlessDefault(result, 'schemaUrl', reader.string())
    else reader.skip()
  }
  return result
}

interface ResourceInParts extends Writable<OtlpResource> {
  readonly attributes: KeyValue[]
}

function readResource(reader: ProtobufReader, tally: DecodeTally, resource: ResourceInParts): void {
  let dropped = 0
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) dropped += addItem(resource.attributes, reader, tally, readAttribute)
    else if (field === 2) setUnlessDefault(resource, 'droppedAttributesCount', reader.uint32())
    else reader.skip()
  }
  addDropped(resource, 'droppedAttributesCount', dropped)
}

function readScopeSpans(reader: ProtobufReader, tally: DecodeTally): ScopeSpans {
  countMessages(tally, GROUP_MESSAGES)
  const spans: OtlpSpan[] = []
  const scope: ScopeInParts = { name: '' }
  const result: Writable<ScopeSpans> = { scope, spans }
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) readScope(reader.message(), tally, scope)
    else if (field === 2) {
      const span = readSpanGuarded(reader.message(), tally)
      if (span) spans.push(span)
    } else if (field === 3) setUnlessDefault(result, 'schemaUrl', reader.string())
    else reader.skip()
  }
  return result
}

interface ScopeInParts extends Writable<OtlpScope> {
  attributes?: KeyValue[]
}

function readScope(reader: ProtobufReader, tally: DecodeTally, scope: ScopeInParts): void {
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) scope.name = reader.string()
    else if (field === 2) setUnlessDefault(scope, 'version', reader.string())
    else if (field === 3) {
      scope.attributes ??= []
      addItem(scope.attributes, reader, tally, readAttribute)
    } else reader.skip()
  }
}

function readSpanGuarded(reader: ProtobufReader, tally: DecodeTally): OtlpSpan | undefined {
  if (tally.spans >= MAX_SPANS) return reject(tally, `a request has at most ${MAX_SPANS} spans`)
  tally.spans++
  try {
    const span = normalizeIds(readSpan(reader, tally))
    const problem = spanProblem(span)
    return problem === undefined ? span : reject(tally, problem)
  } catch (error) {
    if (error instanceof InvalidValue) return reject(tally, error.message)
    throw error
  }
}

function reject(tally: DecodeTally, problem: string): undefined {
  tally.rejectedSpans++
  tally.errorMessage ??= problem
}
