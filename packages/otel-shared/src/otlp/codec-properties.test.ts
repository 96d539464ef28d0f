import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toAnyValue } from './attributes.ts'
import { decodeTraceRequestJson } from './json/decode-json.ts'
import { decodeTraceRequestProtobuf } from './protobuf/decode-protobuf.ts'
import { encodeTraceRequestProtobuf } from './protobuf/encode-protobuf.ts'
import { decodeRejectedCount } from './response/decode-response.ts'
import { encodeTraceResponseJson, encodeTraceResponseProtobuf } from './response/encode-response.ts'
import type { AnyValue, KeyValue, OtlpSpan, TraceRequest } from './types.ts'

const text = fc.string({ unit: 'binary', maxLength: 20 })
/** A member that is omitted when it has its default value. */
const optional = <Name extends string, Value>(name: Name, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((set) => (set ? { [name]: set } : {}) as { [key in Name]?: Value })
const counts = (...names: readonly string[]) =>
  fc
    .tuple(...names.map((name) => optional(name, fc.integer({ min: 1, max: 0xffffffff }))))
    .map((members) => Object.assign({}, ...members) as object)
const hexOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => {
    const digits = Array.from(bytes, (byte) => (byte & 15).toString(16)).join('')
    return /^0*$/.test(digits) ? digits.replace(/0$/, '1') : digits
  })
const nanos = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })

const { value: anyValue } = fc.letrec<{ value: AnyValue; pair: KeyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant({}),
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((integer) => ({ intValue: integer.toString() })),
    // JSON has no negative zero.
    fc.double().map((double) => toAnyDouble(double === 0 ? 0 : double)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ bytesValue: btoa(String.fromCharCode(...bytes)) })),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc.array(tie('pair'), { maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
  ),
  pair: fc.record({ key: text, value: tie('value') }),
}))

function toAnyDouble(value: number): AnyValue {
  return Number.isFinite(value) ? { doubleValue: value } : toAnyValue(value)
}

const attributes = fc.array(fc.record({ key: text, value: anyValue }), { maxLength: 4 })

const span = fc
  .tuple(
    fc.record({ traceId: hexOf(32), spanId: hexOf(16), name: text, kind: fc.nat(5), attributes }),
    fc.tuple(nanos, nanos).map((times) => {
      const [start, end] = times.sort((left, right) => (left < right ? -1 : 1))
      return { startTimeUnixNano: String(start), endTimeUnixNano: String(end) }
    }),
    optional('traceState', text),
    optional('parentSpanId', hexOf(16)),
    counts('flags', 'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount'),
    fc.record({
      events: fc.array(
        fc
          .tuple(
            fc.record({ timeUnixNano: nanos.map(String), name: text, attributes }),
            counts('droppedAttributesCount'),
          )
          .map(merge),
        { maxLength: 2 },
      ),
      links: fc.array(
        fc
          .tuple(
            fc.record({ traceId: hexOf(32), spanId: hexOf(16), attributes }),
            optional('traceState', text),
            counts('flags', 'droppedAttributesCount'),
          )
          .map(merge),
        { maxLength: 2 },
      ),
      status: fc
        .tuple(optional('code', fc.integer({ min: 1, max: 2 })), optional('message', text))
        .map(merge),
    }),
  )
  .map((parts) => merge(parts) as OtlpSpan)

function merge(parts: readonly object[]): object {
  return Object.assign({}, ...parts)
}

const requests = fc
  .array(
    fc
      .tuple(
        fc.record({
          resource: fc.tuple(fc.record({ attributes }), counts('droppedAttributesCount')).map(merge),
          scopeSpans: fc.array(
            fc
              .tuple(
                fc.record({
                  scope: fc.tuple(fc.record({ name: text }), optional('version', text)).map(merge),
                  spans: fc.array(span, { maxLength: 2 }),
                }),
                optional('schemaUrl', text),
              )
              .map(merge),
            { maxLength: 2 },
          ),
        }),
        optional('schemaUrl', text),
      )
      .map(merge),
    { maxLength: 2 },
  )
  .map((resourceSpans) => ({ resourceSpans }) as unknown as TraceRequest)

test('every request is the same after encoding and decoding in JSON and protobuf', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const expected = { ok: true, request, rejectedSpans: 0 }
      expect(decodeTraceRequestJson(JSON.stringify(request))).toEqual(expected)
      expect(decodeTraceRequestProtobuf(encodeTraceRequestProtobuf(request))).toEqual(expected)
    }),
  )
})

test('a decoder never throws, and everything it accepts can be encoded', () => {
  const damaged = fc
    .tuple(requests, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }))
    .map(([request, changes]) => {
      const bytes = encodeTraceRequestProtobuf(request)
      for (const [position, byte] of changes) bytes[position % Math.max(bytes.length, 1)] = byte
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      decodeRejectedCount(bytes, 'application/x-protobuf')
      decodeRejectedCount(bytes, 'application/json')
      const decoded = decodeTraceRequestProtobuf(bytes)
      if (decoded.ok) encodeTraceRequestProtobuf(decoded.request)
    }),
  )
})

test('the JSON decoder never throws, and everything it accepts can be encoded', () => {
  const damaged = fc.tuple(requests, fc.jsonValue(), fc.nat()).map(([request, value, position]) => {
    let count = 0
    return JSON.stringify(request, (_, member: unknown) => (count++ === position % 60 ? value : member))
  })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.json()), (body) => {
      const decoded = decodeTraceRequestJson(body ?? '')
      if (decoded.ok) encodeTraceRequestProtobuf(decoded.request)
    }),
  )
})

test('the count of rejected spans is the same after both encodings of the response', () => {
  fc.assert(
    fc.property(fc.nat(), fc.option(text, { nil: undefined }), (rejectedSpans, errorMessage) => {
      const success = errorMessage === undefined ? { rejectedSpans } : { rejectedSpans, errorMessage }
      const json = new TextEncoder().encode(encodeTraceResponseJson(success))
      expect(decodeRejectedCount(json, 'application/json')).toBe(rejectedSpans)
      expect(decodeRejectedCount(encodeTraceResponseProtobuf(success), 'application/x-protobuf')).toBe(
        rejectedSpans,
      )
    }),
  )
})
