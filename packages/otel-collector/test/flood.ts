import { gzipSync } from 'node:zlib'
import {
  encodeTraceRequestProtobuf,
  type KeyValue,
  type OtlpSpan,
  type TraceRequest,
} from '@throughline/otel-shared'
import { attribute, makeRequest, makeSpan } from './otlp.ts'

const text = (length: number, letter = 'x') => letter.repeat(length)
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))
let unique = 0

/** The body of one request of a flood, as JSON or protobuf. */
export interface FloodBody {
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

const json = (request: unknown): FloodBody => ({
  body: new TextEncoder().encode(JSON.stringify(request)),
  headers: { 'content-type': 'application/json' },
})
const protobuf = (request: TraceRequest): FloodBody => ({
  body: encodeTraceRequestProtobuf(request),
  headers: { 'content-type': 'application/x-protobuf' },
})
const gzip = ({ body, headers }: FloodBody): FloodBody => ({
  body: new Uint8Array(gzipSync(body)),
  headers: { ...headers, 'content-encoding': 'gzip' },
})

/** A request whose resource and scope have the maximum size of a body. */
function largeResource(): TraceRequest {
  const attributes: KeyValue[] = [attribute('service.name', `shop-${unique++}`)]
  for (const index of times(60, (index) => index)) attributes.push(attribute(`key-${index}`, text(30_000)))
  const scope = {
    name: `scope-${unique++}`,
    version: text(1_000_000),
    attributes: [attribute('a', text(1_000_000))],
  }
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope, spans: [makeSpan()] }] }] }
}

const wire = (bytes: Uint8Array<ArrayBuffer>): FloodBody => ({
  body: bytes,
  headers: { 'content-type': 'application/x-protobuf' },
})

/** The bytes of a request in which `element` is repeated below the fields of the path `fields`. */
function repeated(fields: readonly number[], element: Uint8Array): FloodBody {
  let bytes = new Uint8Array(Buffer.alloc(Math.floor(4_190_000 / element.length) * element.length, element))
  for (const field of fields.toReversed()) {
    const header = [(field << 3) | 2]
    let length = bytes.length
    for (; length > 127; length >>>= 7) header.push((length & 127) | 128)
    bytes = new Uint8Array(Buffer.concat([Uint8Array.from([...header, length]), bytes]))
  }
  return wire(bytes)
}

function nested(depth: number): KeyValue['value'] {
  if (depth === 0) return { stringValue: text(200_000) }
  return { kvlistValue: { values: times(2, () => ({ key: text(900), value: nested(depth - 1) })) } }
}

const spans = (count: number, fields: (index: number) => Partial<OtlpSpan>) =>
  times(count, (index) => makeSpan(fields(index)))

/** Requests of a hostile sender by their large part. Each call creates new ids. */
export const FLOODS: Readonly<Record<string, () => FloodBody>> = {
  'a service name of 1 MB on 300 spans': () =>
    json(
      makeRequest(
        `${unique++}${text(1_000_000)}`,
        spans(300, () => ({})),
      ),
    ),
  'resource and scope of 3.9 MB': () => json(largeResource()),
  'resources without number': () =>
    protobuf({
      resourceSpans: times(3_000, () => ({
        resource: { attributes: [attribute('service.name', `service-${unique++}`)] },
        scopeSpans: [{ scope: { name: `scope-${unique++}` }, spans: [makeSpan()] }],
      })),
    }),
  'names without number': () =>
    protobuf(
      makeRequest(
        'shop',
        spans(4_000, () => ({ name: `name-${unique++}` })),
      ),
    ),
  'names of 100 kB': () =>
    json(
      makeRequest(
        'shop',
        spans(38, () => ({ name: `${unique++}${text(100_000)}` })),
      ),
    ),
  'the smallest spans there are': () =>
    protobuf(
      makeRequest(
        '',
        spans(4_000, () => ({ name: '', kind: 0, startTimeUnixNano: '1', endTimeUnixNano: '1' })),
      ),
    ),
  'one span again and again with new resources': () =>
    protobuf({
      resourceSpans: times(2_000, () => ({
        resource: { attributes: [attribute('service.name', `${unique++}${text(1_000)}`)] },
        scopeSpans: [
          { scope: { name: 'same' }, spans: [makeSpan({ traceId: text(32, 'a'), spanId: text(16, 'b') })] },
        ],
      })),
    }),
  'one trace without end': () =>
    protobuf(
      makeRequest(
        'shop',
        spans(5_000, () => ({ traceId: text(32, 'c'), name: text(200) })),
      ),
    ),
  'events without number': () =>
    protobuf(
      makeRequest('shop', [
        makeSpan({ events: times(100_000, () => ({ timeUnixNano: '1', name: 'event', attributes: [] })) }),
      ]),
    ),
  'links without number': () =>
    protobuf(
      makeRequest('shop', [
        makeSpan({
          links: times(80_000, () => ({ traceId: text(32, 'd'), spanId: text(16, 'e'), attributes: [] })),
        }),
      ]),
    ),
  'attributes without number': () =>
    protobuf(
      makeRequest('shop', [
        makeSpan({ attributes: times(80_000, (index) => attribute(`k${index}`, index)) }),
      ]),
    ),
  'deeply nested values': () =>
    json(makeRequest('shop', [makeSpan({ attributes: [attribute('deep', nested(3))] })])),
  'control characters, which JSON writes as six': () =>
    protobuf(
      makeRequest(
        'shop',
        spans(10, () => ({ attributes: times(6, () => attribute('key', text(60_000, '\u0001'))) })),
      ),
    ),
  'what gzip makes small': () =>
    gzip(
      json(
        makeRequest(
          'shop',
          spans(4, () => ({ attributes: [attribute('text', text(900_000))] })),
        ),
      ),
    ),
  'empty resources': () => repeated([], Uint8Array.from([0x0a, 0])),
  'empty scopes': () => repeated([1], Uint8Array.from([0x12, 0])),
  'empty spans': () => repeated([1, 2], Uint8Array.from([0x12, 0])),
  'empty attributes of a resource': () => repeated([1, 1], Uint8Array.from([0x0a, 0])),
  'empty attributes of a scope': () => repeated([1, 2, 1], Uint8Array.from([0x1a, 0])),
  'empty attributes of a span': () => repeated([1, 2, 2], Uint8Array.from([0x4a, 0])),
  'empty events': () => repeated([1, 2, 2], Uint8Array.from([0x5a, 0])),
  'empty links': () => repeated([1, 2, 2], Uint8Array.from([0x6a, 0])),
  'a list of empty values': () => repeated([1, 2, 2, 9, 2, 5], Uint8Array.from([0x0a, 0])),
  'names that replace each other': () => repeated([1, 2, 2], Uint8Array.from([0x2a, 1, 0x78])),
  'a trace id of 4 MB': () => repeated([1, 2, 2, 1], Uint8Array.from([1])),
  'bytes of 4 MB': () => repeated([1, 2, 2, 9, 2, 7], Uint8Array.from([1])),
  'spans without number': () =>
    protobuf(
      makeRequest(
        'shop',
        spans(60_000, () => ({ name: '', attributes: [] })),
      ),
    ),
  'spans of a thousand attributes': () =>
    protobuf(
      makeRequest(
        'shop',
        spans(500, () => ({ attributes: times(1_000, () => ({ key: '', value: {} })) })),
      ),
    ),
  'links in JSON': () =>
    json(
      makeRequest('shop', [
        makeSpan({
          links: times(40_000, () => ({ traceId: text(32, 'd'), spanId: text(16, 'e'), attributes: [] })),
        }),
      ]),
    ),
}
