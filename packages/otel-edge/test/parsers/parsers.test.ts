import { ROOT_CONTEXT } from '@opentelemetry/api'
import { createTraceState, getSpanContext, setSpanContext } from '@throughline/otel-shared'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText, describeParsers, spanIds, traceIds } from '../../../otel-shared/test/describe-parsers.ts'
import { redactSql } from '../../src/bindings/kinds/redact-sql.ts'
import { readOtelConfig } from '../../src/config/read-otel-config.ts'
import { isTrusted } from '../../src/config/trust.ts'
import { getRandomness, withThreshold } from '../../src/propagation/ot-tracestate.ts'
import { createPropagator } from '../../src/propagation/propagators.ts'

const GETTER = {
  get: (carrier: unknown, name: string) => Reflect.get(carrier as object, name) as string | undefined,
  keys: Object.keys,
}
const SETTER = {
  set: (carrier: unknown, name: string, value: string) => void Reflect.set(carrier as object, name, value),
}

const extractBy = (name: string, header: string) => (value: string) =>
  createPropagator([name]).extract(ROOT_CONTEXT, { [header]: value }, GETTER)

describeParsers({
  'the ot member of tracestate': (text) => {
    const state = createTraceState(new Map([['ot', text]]))
    return [getRandomness(state), withThreshold(state, '8').serialize()]
  },
  b3: extractBy('b3', 'b3'),
  'x-b3-traceid': (text) =>
    createPropagator(['b3multi']).extract(
      ROOT_CONTEXT,
      { 'x-b3-traceid': text, 'x-b3-spanid': text, 'x-b3-sampled': text, 'x-b3-flags': text },
      GETTER,
    ),
  'uber-trace-id': extractBy('jaeger', 'uber-trace-id'),
  'all propagation headers': (text) =>
    createPropagator(['b3', 'tracecontext', 'baggage', 'jaeger']).extract(
      ROOT_CONTEXT,
      { traceparent: text, tracestate: text, baggage: text, b3: text, 'uber-trace-id': text },
      GETTER,
    ),
  'an SQL statement': redactSql,
  'sec-fetch-site and origin': (text) => isTrusted(['https://shop.example'], () => text),
})

test('OTEL_* variables of any content are read', () => {
  const names = [
    'SDK_DISABLED',
    'SERVICE_NAME',
    'RESOURCE_ATTRIBUTES',
    'PROPAGATORS',
    'TRACES_SAMPLER',
  ].concat(
    ['TRACES_SAMPLER_ARG', 'TRACES_EXPORTER', 'SPAN_EVENT_COUNT_LIMIT'],
    ['ENDPOINT', 'HEADERS', 'PROTOCOL', 'COMPRESSION', 'TIMEOUT'].map((part) => `EXPORTER_OTLP_${part}`),
  )
  fc.assert(
    fc.property(anyText, (text) => {
      const problems: string[] = []
      readOtelConfig(Object.fromEntries(names.map((name) => [`OTEL_${name}`, text])), (problem) =>
        problems.push(problem),
      )
      for (const problem of problems) expect(problem.length).toBeLessThan(500)
    }),
  )
})

describe('what is written is read again', () => {
  test.each(['tracecontext', 'b3', 'b3multi', 'jaeger'])('a context in the format %s', (name) => {
    fc.assert(
      fc.property(traceIds, spanIds, fc.nat(1), (traceId, spanId, traceFlags) => {
        const spanContext = { traceId, spanId, traceFlags, isRemote: true }
        const carrier = {}
        const propagator = createPropagator([name])
        propagator.inject(setSpanContext(ROOT_CONTEXT, spanContext), carrier, SETTER)
        expect(getSpanContext(propagator.extract(ROOT_CONTEXT, carrier, GETTER))).toEqual(spanContext)
      }),
    )
  })
})
