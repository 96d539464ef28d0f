import { describe, expect, test } from 'vitest'
import { readZipkinTrace } from './zipkin-trace.ts'

const read = (span: unknown) => readZipkinTrace([span])[0]

describe('a span', () => {
  test('has all of its fields', () => {
    expect(
      read({
        ...{
          traceId: 'a',
          id: 'b',
          parentId: 'c',
          name: 'get',
          kind: 'CLIENT',
          timestamp: 1_500,
          duration: 250,
        },
        localEndpoint: { serviceName: 'shop' },
        tags: { 'http.method': 'GET', 'otel.scope.name': 'http' },
      }),
    ).toEqual({
      ...{ spanId: 'b', parentSpanId: 'c', name: 'get', kind: 'CLIENT', startMillis: 1.5, endMillis: 1.75 },
      ...{ service: 'shop', scope: 'http', resource: [], flags: undefined },
      attributes: [
        { key: 'http.method', value: 'GET' },
        { key: 'otel.scope.name', value: 'http' },
      ],
    })
  })

  test.each([
    ['without fields is kept', {}],
    ['that is null is kept', null],
    ['that is a text is kept', 'text'],
    ['that is a list is kept', []],
  ])('%s', (_, span) => {
    expect(read(span)).toMatchObject({
      ...{ spanId: '', parentSpanId: undefined, name: '', kind: 'INTERNAL', startMillis: Number.NaN },
      ...{ service: '', scope: '', attributes: [] },
    })
  })

  test.each([
    ['SERVER', 'SERVER'],
    ['PRODUCER', 'PRODUCER'],
    ['CONSUMER', 'CONSUMER'],
    ['server', 'INTERNAL'],
    [undefined, 'INTERNAL'],
    [2, 'INTERNAL'],
  ])('of kind %s is %s', (kind, expected) => {
    expect(read({ kind })?.kind).toBe(expected)
  })

  test('without a duration ends when it starts', () => {
    expect(read({ timestamp: 1_000 })).toMatchObject({ startMillis: 1, endMillis: 1 })
  })

  test('with an empty parent id is a root', () => {
    expect(read({ id: 'a', parentId: '' })?.parentSpanId).toBeUndefined()
  })

  test('has an empty text for a tag that is no text', () => {
    expect(read({ tags: { a: 1, b: null } })?.attributes).toEqual([
      { key: 'a', value: '' },
      { key: 'b', value: '' },
    ])
  })
})

describe('a span that client and server share', () => {
  const endpoint = (serviceName: string) => ({ localEndpoint: { serviceName } })
  const CLIENT = { id: 'a', kind: 'CLIENT', ...endpoint('gateway') }
  const SERVER = { id: 'a', kind: 'SERVER', shared: true, ...endpoint('shop') }
  const parents = (...spans: readonly object[]) =>
    Object.fromEntries(readZipkinTrace(spans).map(({ spanId, parentSpanId }) => [spanId, parentSpanId]))

  test('is two spans, of which the server is the child of the client', () => {
    expect(parents(CLIENT, SERVER)).toEqual({ a: undefined, 'a/server': 'a' })
  })

  test('ignores the parent id of the half of the server', () => {
    expect(parents({ ...CLIENT, parentId: 'p' }, { ...SERVER, parentId: 'p' })).toEqual({
      a: 'p',
      'a/server': 'a',
    })
  })

  test('has the children of each service below its half', () => {
    const ofShop = { id: 'b', parentId: 'a', ...endpoint('shop') }
    const ofGateway = { id: 'c', parentId: 'a', ...endpoint('gateway') }
    expect(parents(CLIENT, SERVER, ofShop, ofGateway)).toMatchObject({ b: 'a/server', c: 'a' })
  })

  test('has the children of a service that calls itself below the server', () => {
    const server = { ...SERVER, ...endpoint('gateway') }
    expect(parents(CLIENT, server, { id: 'b', parentId: 'a', ...endpoint('gateway') })).toMatchObject({
      b: 'a/server',
    })
  })

  test('has the children of the server even without the client', () => {
    expect(parents(SERVER, { id: 'b', parentId: 'a', ...endpoint('shop') })).toEqual({
      'a/server': 'a',
      b: 'a/server',
    })
  })

  test('is shared only by the value true', () => {
    expect(parents({ ...SERVER, shared: 'true' })).toEqual({ a: undefined })
  })
})

describe('what is no trace has no spans', () => {
  test.each([undefined, null, 'text', 7, {}, { result: [] }])('%j', (body) => {
    expect(readZipkinTrace(body)).toEqual([])
  })
})
