import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText, describeParsers, spanIds, traceIds } from '../../test/describe-parsers.ts'
import { parseRetryAfter } from '../delivery/retry-after.ts'
import { decodeTraceRequestJson } from '../otlp/json/decode-json.ts'
import { decodeTraceRequestProtobuf } from '../otlp/protobuf/decode-protobuf.ts'
import { decodeRejectedCount } from '../otlp/response/decode-response.ts'
import { parseRatio, samplerRatio } from '../sampling/sampler-ratio.ts'
import { toWellFormed, truncate } from '../text/truncate.ts'
import { formatBaggage, parseBaggage } from './baggage.ts'
import { MapBaggage } from './map-baggage.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'
import { createTraceState, parseTracestate } from './tracestate.ts'

describeParsers({
  traceparent: parseTraceparent,
  tracestate: parseTracestate,
  baggage: parseBaggage,
  'a baggage header of a caller': (text) => formatBaggage(new MapBaggage(), text),
  'retry-after': (text) => parseRetryAfter(text, 0),
  'a ratio': parseRatio,
  'the name of a sampler': (text) => samplerRatio(text, text),
  'the OTLP request in JSON': decodeTraceRequestJson,
  'the OTLP request in protobuf': (text) => decodeTraceRequestProtobuf(new TextEncoder().encode(text)),
  'the OTLP response in JSON': (text) => decodeRejectedCount(new TextEncoder().encode(text), 'json'),
  'the OTLP response in protobuf': (text) => decodeRejectedCount(new TextEncoder().encode(text), 'protobuf'),
  'text that is cut': (text) => truncate(text, 1_000),
})

describe('a formatted header is parsed to the same value', () => {
  test('traceparent', () => {
    fc.assert(
      fc.property(traceIds, spanIds, fc.nat(3), (traceId, spanId, traceFlags) => {
        const spanContext = { traceId, spanId, traceFlags, isRemote: true }
        expect(parseTraceparent(formatTraceparent(spanContext))).toEqual(spanContext)
      }),
    )
  })

  test('tracestate', () => {
    const key = fc.stringMatching(/^[a-z0-9][a-z0-9_*/@-]{0,255}$/)
    const value = fc.stringMatching(/^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/)
    fc.assert(
      fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 32 }), (members) => {
        const header = createTraceState(new Map(Object.entries(members))).serialize()
        expect(parseTracestate(header)?.serialize()).toBe(header)
      }),
    )
  })

  test('baggage', () => {
    const key = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}$/)
    fc.assert(
      fc.property(fc.dictionary(key, anyText, { minKeys: 1, maxKeys: 20 }), (members) => {
        const baggage = new MapBaggage(
          new Map(Object.entries(members).map(([name, value]) => [name, { value }])),
        )
        const header = formatBaggage(baggage) ?? ''
        expect(header).toMatch(/^[!-~]*$/)
        const written = parseBaggage(header)?.getAllEntries() ?? []
        expect(new Map(written.map(([name, { value }]) => [name, value]))).toEqual(
          new Map(Object.entries(members).map(([name, value]) => [name, toWellFormed(value)])),
        )
      }),
    )
  })
})
