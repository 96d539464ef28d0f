import { describe, expect, test } from 'vitest'
import { found, ids, SENT_MILLIS, span, target, withTrace } from '../../../test/observed.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { LogObservation } from '../target/target.ts'
import type { TraceSpan } from '../trace/trace-span.ts'
import { checkLogs } from './logs.ts'
import { checkTraceClock } from './trace-clock.ts'
import { checkTraceDeep } from './trace-deep.ts'

const EDGE = [{ key: 'telemetry.distro.name', value: 'throughline-edge' }]
const deep = (...spans: readonly TraceSpan[]) =>
  found(checkTraceDeep(withTrace(spans, { options: { isDeep: true } })))

test('a run that is not deep, or without a backend, has none of these findings', () => {
  const call = span({ kind: 'CLIENT', attributes: [{ key: 'rpc.system', value: 'grpc' }] })
  expect(checkTraceDeep(withTrace([call]))).toEqual([])
  expect(checkTraceDeep(target({ options: { isDeep: true } }))).toEqual([])
  expect(checkTraceClock(target())).toEqual([])
})

describe('a worker', () => {
  const gateway = span({ spanId: 'g', resource: EDGE })
  const child = span({ spanId: 'c', parentSpanId: 'g', kind: 'CLIENT' })

  test('counts its children', () => {
    expect(deep(gateway, child)).toEqual([['trace-not-counted', 'gateway "GET /"']])
    const attributes = [{ key: 'throughline.children.client', value: 1 }]
    expect(deep({ ...gateway, attributes }, child)).toEqual([])
  })

  test.each<[string, TraceSpan[]]>([
    ['without children', [gateway]],
    ['whose child is of another service', [gateway, { ...child, service: 'shop' }]],
    ['whose child starts after its end', [gateway, { ...child, startMillis: 1_100 }]],
    ['of another SDK', [{ ...gateway, resource: [] }, child]],
  ])('has no number %s', (_, spans) => {
    expect(deep(...spans)).toEqual([])
  })
})

describe('a call', () => {
  const http = [
    { key: 'url.full', value: 'https://pay.example/v1?key=secret' },
    { key: 'http.response.status_code', value: 200 },
  ]
  const call = span({ spanId: 'c', kind: 'CLIENT', name: 'GET', attributes: http })

  test('is open when nothing is below it', () => {
    expect(deep(call)).toEqual([['trace-open-call', 'gateway "GET" to https://pay.example/v1?key=REDACTED']])
    expect(deep(call, span({ spanId: 's', parentSpanId: 'c', service: 'pay' }))).toEqual([])
  })

  test.each<[string, Partial<TraceSpan>]>([
    ['without a response', { attributes: http.slice(0, 1) }],
    ['of a database', { attributes: [{ key: 'db.system.name', value: 'postgresql' }] }],
    ['at its receiver', { kind: 'SERVER' }],
  ])('is not open %s', (_, fields) => {
    expect(deep({ ...call, ...fields })).toEqual([])
  })

  test('by RPC is open', () => {
    expect(deep({ ...call, attributes: [{ key: 'rpc.system', value: 'grpc' }] })).toHaveLength(1)
  })

  test('is named once, and at most three are named', () => {
    const calls = ['a', 'a', 'b', 'c', 'd'].map((name, index) => ({ ...call, spanId: `${index}`, name }))
    expect(deep(...calls)[0]?.[1]).toMatch(/^gateway "a" to .* and 1 more$/)
  })
})

describe('the clock of a service', () => {
  const check = (millis: number) =>
    checkTraceClock(withTrace([span({ startMillis: SENT_MILLIS + millis })])).map(
      ({ severity, seen }) => `${severity}: ${seen}`,
    )

  test.each([
    [0, []],
    [1_000, []],
    [-1_000, []],
    [1_001, ['warning: gateway "GET /" starts 1 s after the response by the clock of this machine']],
    [-300_000, ['error: gateway "GET /" starts 300 s before the request by the clock of this machine']],
    [60_000, ['warning: gateway "GET /" starts 60 s after the response by the clock of this machine']],
  ])('that is %i ms ahead gives %j', (millis, expected) => {
    expect(check(millis)).toEqual(expected)
  })

  test('is not compared below a request without a response', () => {
    const observed = target()
    const traced = { ...observed.traced, response: new RequestFailure('timeout', 'no answer') }
    expect(checkTraceClock(withTrace([span()], { traced }))).toEqual([])
  })

  test('is not compared below other spans', () => {
    expect(checkTraceClock(withTrace([span({ parentSpanId: 'other' })]))).toEqual([])
  })
})

describe('logs', () => {
  const log = (fields: Partial<LogObservation>): LogObservation => ({
    where: 'a.log',
    problem: undefined,
    lineCount: 1,
    spanIds: ['g'],
    ...fields,
  })
  const check = (...logs: readonly LogObservation[]) =>
    checkLogs(withTrace([span({ spanId: 'g' })], { logs }))

  test('with lines of spans of the trace give no finding', () => {
    expect(check(log({}))).toEqual([])
    expect(check()).toEqual([])
  })

  test('without a line are a finding each', () => {
    const none = { lineCount: 0, spanIds: [] }
    expect(found(check(log(none), log({}), log({ ...none, where: 'b.log', problem: 'ENOENT' })))).toEqual([
      ['log-missing', 'a.log: no line with trace id and span id after 15 s; b.log: ENOENT'],
    ])
  })

  test('with other spans are a finding, unless there is no trace', () => {
    const logs = [log({ spanIds: ['g', 'x', 'y'] })]
    expect(found(check(...logs))).toEqual([['log-unknown-span', 'a.log: x, y']])
    expect(ids(checkLogs(withTrace([], { logs })))).toEqual([])
  })

  test('can name the half of a span of Zipkin that the server recorded', () => {
    expect(checkLogs(withTrace([span({ spanId: 'g/server' })], { logs: [log({})] }))).toEqual([])
  })
})
