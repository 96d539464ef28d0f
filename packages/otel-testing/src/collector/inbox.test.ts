import { gzipSync } from 'node:zlib'
import { encodeTraceRequestProtobuf } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { makeInbox, receive } from '../../test/test-spans.ts'
import { decodeExport, type ExportAnswer, type ExportRequest, textOf } from './export-request.ts'
import { Inbox } from './inbox.ts'
import { makeRequest } from './make-request.ts'
import { RemoteCollector } from './remote-collector.ts'
import { startCollector } from './start-collector.ts'

const REQUEST = makeRequest('shop', { name: 'a' })
const PROTOBUF = 'application/x-protobuf'

function exportOf(body: string | Uint8Array, fields: Partial<ExportRequest> = {}): ExportRequest {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return {
    ...{
      receivedMillis: 0,
      method: 'POST',
      path: '/v1/traces',
      headers: { 'content-type': 'application/json' },
    },
    ...{ sizeBytes: bytes.length, body: bytes },
    ...fields,
  }
}

describe('the body of an export is decoded', () => {
  test.each<[string, string | Uint8Array, string | undefined]>([
    ['as JSON', JSON.stringify(REQUEST), 'application/json'],
    ['as JSON with a charset', JSON.stringify(REQUEST), 'application/json; charset=utf-8'],
    ['as JSON with white space', JSON.stringify(REQUEST, undefined, 2), 'application/json'],
    ['as JSON of a beacon', JSON.stringify(REQUEST), 'text/plain;charset=UTF-8'],
    ['as JSON without a type', JSON.stringify(REQUEST), undefined],
    ['as protobuf', encodeTraceRequestProtobuf(REQUEST), PROTOBUF],
    ['as protobuf with a parameter', encodeTraceRequestProtobuf(REQUEST), `${PROTOBUF}; proto=v1`],
    ['as protobuf in capitals', encodeTraceRequestProtobuf(REQUEST), 'Application/X-Protobuf'],
  ])('%s', (_, body, type) => {
    const decoded = decodeExport(exportOf(body, { headers: { 'content-type': type } }))
    expect(decoded.resourceSpans?.[0]?.scopeSpans[0]?.spans).toMatchObject([{ name: 'a', kind: 2 }])
  })

  test.each([
    ['an empty body', '', '/v1/traces'],
    ['logs', 'not read', '/v1/logs'],
    ['metrics', 'not read', '/v1/metrics'],
    ['logs with a query', 'not read', '/v1/logs?a=b'],
    ['metrics below another path', 'not read', '/inbox/1/v1/metrics'],
  ])('as nothing for %s', (_, body, path) => {
    expect(decodeExport(exportOf(body, { path }))).toEqual({})
  })

  test.each<[string, string | Uint8Array, string, RegExp]>([
    ['text as JSON', 'hello', 'application/json', /JSON/],
    ['JSON that is cut off', '{"resourceSpans":[', 'application/json', /JSON/],
    ['protobuf as JSON', encodeTraceRequestProtobuf(REQUEST), 'application/json', /JSON/],
    ['text as protobuf', 'hello', PROTOBUF, /^the body of \/v1\/traces is no OTLP protobuf: ./],
    [
      'protobuf that is cut off',
      encodeTraceRequestProtobuf(REQUEST).slice(0, -3),
      PROTOBUF,
      /is no OTLP protobuf/,
    ],
  ])('not if it is %s', (_, body, type, message) => {
    const request = exportOf(body, { headers: { 'content-type': type } })
    expect(() => decodeExport(request)).toThrow(message)
    const inbox = new Inbox()
    expect(() => inbox.receive(request)).toThrow(message)
    expect([inbox.attempts.length, inbox.exports.length, inbox.spans().length]).toEqual([1, 0, 0])
  })

  test('as text', () => {
    expect(textOf(exportOf('é漢'))).toBe('é漢')
  })
})

describe('an inbox', () => {
  test.each<[string, ExportAnswer, boolean]>([
    ['by default', {}, true],
    ['with the status 200', { status: 200 }, true],
    ['with the status 299', { status: 299 }, true],
    ['with the status 300', { status: 300 }, false],
    ['with the status 429', { status: 429 }, false],
    ['with the status 503', { status: 503 }, false],
    ['with a delay', { delayMillis: 5 }, true],
    ['that cuts the connection', { cutAfterMillis: 5 }, false],
    ['that cuts the connection at once', { cutAfterMillis: 0 }, false],
    ['that cuts the connection, with the status 200', { status: 200, cutAfterMillis: 0 }, false],
  ])('%s stores spans only if the client learns so', (_, answer, isStored) => {
    const inbox = new Inbox()
    inbox.answerExports(answer)
    expect(inbox.receive(exportOf(JSON.stringify(REQUEST)))).toEqual(answer)
    expect([inbox.attempts.length, inbox.exports.length, inbox.spans().length]).toEqual([
      1,
      ...(isStored ? [1, 1] : [0, 0]),
    ])
  })

  test.each([
    [0, ''],
    [1, 'x'],
    [2, 'xx'],
  ])('answers %i times as it is said, and then as usual', (times, refused) => {
    const inbox = new Inbox()
    inbox.answerExports({ status: 503, times })
    const answers = [1, 2, 3].map(() => inbox.receive(exportOf(JSON.stringify(REQUEST))))
    expect(answers.map(({ status }) => (status === 503 ? 'x' : '')).join('')).toBe(refused)
    expect(inbox.exports).toHaveLength(3 - times)
  })

  test('answers as it was said last', () => {
    const inbox = new Inbox()
    const send = () => inbox.receive(exportOf(JSON.stringify(REQUEST))).status
    inbox.answerExports({ status: 503, times: 1 })
    inbox.answerExports({ status: 429 })
    const first = [send(), send(), send()]
    inbox.answerExports()
    expect([...first, send()]).toEqual([429, 429, 429, undefined])
  })

  test('has copies of its spans, which later ones do not change', () => {
    const inbox = makeInbox({ id: '1' })
    const before = inbox.spans()
    receive(inbox, { id: '2' })
    expect([before.length, inbox.spans().length]).toEqual([1, 2])
  })

  test('ends a wait when there is more, and only then', async () => {
    const inbox = new Inbox()
    const ended: string[] = []
    const waits = [
      inbox.arrivalAfter(0, 60_000).then(() => ended.push('first span')),
      inbox.arrivalAfter(1, 60_000).then(() => ended.push('second span')),
      inbox.exportAfter(0, 60_000).then(() => ended.push('export')),
      inbox.attemptAfter(1, 60_000).then(() => ended.push('second attempt')),
    ]
    inbox.answerExports({ status: 503, times: 1 })
    receive(inbox, { id: '1' })
    await Promise.resolve()
    expect(ended).toEqual([])
    receive(inbox, { id: '2' })
    await Promise.all([waits[0], waits[2], waits[3]])
    expect(ended).toEqual(['first span', 'export', 'second attempt'])
    receive(inbox, { id: '3' })
    await waits[1]
    expect(ended.at(-1)).toBe('second span')
  })

  test('ends a wait at once if there is more already', async () => {
    const inbox = makeInbox({ id: '1' })
    await Promise.all([
      inbox.arrivalAfter(0, 60_000),
      inbox.exportAfter(0, 60_000),
      inbox.attemptAfter(0, 60_000),
    ])
  })

  test('ends a wait after its time', async () => {
    const inbox = makeInbox({ id: '1' })
    await Promise.all([inbox.arrivalAfter(1, 1), inbox.exportAfter(1, 1), inbox.attemptAfter(1, 0)])
    expect(inbox.spans()).toHaveLength(1)
  })

  test('ends a wait for spans with an export that has none only after its time', async () => {
    const inbox = new Inbox()
    const waiting = inbox.arrivalAfter(0, 20).then(() => inbox.spans().length)
    inbox.receive(exportOf('{}'))
    expect([inbox.exports.length, await waiting]).toEqual([1, 0])
  })
})

describe('a collector over HTTP', () => {
  const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body, headers })

  test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>]>([
    [
      'gzipped protobuf',
      new Uint8Array(gzipSync(encodeTraceRequestProtobuf(REQUEST))),
      { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
    ],
    ['JSON of a beacon', JSON.stringify(REQUEST), { 'content-type': 'text/plain;charset=UTF-8' }],
    ['gzipped JSON', new Uint8Array(gzipSync(JSON.stringify(REQUEST))), { 'content-encoding': 'gzip' }],
  ])('stores spans in %s, with the size on the wire', async (_, body, headers) => {
    const collector = await startCollector()
    try {
      await post(collector.tracesUrl, body, headers)
      expect(collector.spans()).toMatchObject([{ name: 'a' }])
      const [request] = collector.exports
      expect(request?.sizeBytes).toBe(typeof body === 'string' ? Buffer.byteLength(body) : body.length)
      expect(request?.headers).toMatchObject(headers)
    } finally {
      await collector.close()
    }
  })

  test('answers with the status, the headers and the body that are set', async () => {
    const collector = await startCollector()
    try {
      const headers = { 'content-type': PROTOBUF, 'retry-after': '3' }
      collector.answerExports({ status: 200, headers, body: 'partial' })
      const response = await post(collector.tracesUrl, JSON.stringify(REQUEST))
      expect([
        response.status,
        response.headers.get('content-type'),
        response.headers.get('retry-after'),
      ]).toEqual([200, PROTOBUF, '3'])
      expect(await response.text()).toBe('partial')
      expect(collector.spans()).toHaveLength(1)
    } finally {
      await collector.close()
    }
  })

  test('accepts each path without an origin server, and only those that match with a pattern', async () => {
    const all = await startCollector()
    const some = await startCollector({
      exportPaths: /^\/spans$/,
      origin: (_, response) => response.writeHead(418).end(),
    })
    try {
      expect((await post(`${all.url}/any/path`, JSON.stringify(REQUEST))).status).toBe(200)
      expect((await post(`${some.url}/spans`, JSON.stringify(REQUEST))).status).toBe(200)
      expect((await post(`${some.url}/spans/2`, JSON.stringify(REQUEST))).status).toBe(418)
      expect([all.exports.length, some.exports.length]).toEqual([1, 1])
    } finally {
      await Promise.all([all.close(), some.close()])
    }
  })

  test('allows the headers of CORS that are set, to each origin', async () => {
    const collector = await startCollector({ allowedHeaders: 'content-type, x-api-key' })
    try {
      const { headers } = await fetch(collector.tracesUrl, { method: 'OPTIONS' })
      expect([
        headers.get('access-control-allow-origin'),
        headers.get('access-control-allow-headers'),
      ]).toEqual(['*', 'content-type, x-api-key'])
    } finally {
      await collector.close()
    }
  })

  test('has logs and metrics among its exports, and no spans of them', async () => {
    const collector = await startCollector({ origin: (_, response) => response.writeHead(418).end() })
    try {
      for (const signal of ['logs', 'metrics']) await post(`${collector.url}/v1/${signal}`, '{"a":1}')
      expect(collector.exports.map(({ path }) => path)).toEqual(['/v1/logs', '/v1/metrics'])
      expect(collector.spans()).toEqual([])
    } finally {
      await collector.close()
    }
  })
})

describe('a collector in another process', () => {
  test('passes on bodies of any bytes', async () => {
    const collector = await startCollector()
    try {
      const remote = new RemoteCollector(collector.url)
      const body = encodeTraceRequestProtobuf(makeRequest('shop', { name: 'é漢\u0000' }))
      await fetch(remote.tracesUrl, { method: 'POST', body, headers: { 'content-type': PROTOBUF } })
      expect((await remote.spans()).map(({ name }) => name)).toEqual(['é漢\u0000'])
      const [read] = await remote.exports()
      expect(read && [...read.body]).toEqual([...body])
    } finally {
      await collector.close()
    }
  })

  test('ends a wait after its time, and at once if there is more', async () => {
    const collector = await startCollector()
    try {
      const remote = new RemoteCollector(collector.url)
      await remote.arrivalAfter(0, 1)
      await fetch(remote.tracesUrl, { method: 'POST', body: JSON.stringify(REQUEST) })
      await remote.arrivalAfter(0, 60_000)
      expect(await remote.spans()).toHaveLength(1)
    } finally {
      await collector.close()
    }
  })

  test('has its own answers in each inbox', async () => {
    const collector = await startCollector()
    try {
      const [one, two] = [
        new RemoteCollector(collector.url, 'one'),
        new RemoteCollector(collector.url, 'two'),
      ]
      await one.answerExports({ status: 503, times: 1 })
      const send = async ({ tracesUrl }: RemoteCollector) =>
        (await fetch(tracesUrl, { method: 'POST', body: JSON.stringify(REQUEST) })).status
      expect([await send(two), await send(one), await send(one)]).toEqual([200, 503, 200])
      expect([one.url, two.tracesUrl]).toEqual([
        `${collector.url}/inbox/one`,
        `${collector.url}/inbox/two/v1/traces`,
      ])
    } finally {
      await collector.close()
    }
  })

  test('shares an inbox between two readers of one id', async () => {
    const collector = await startCollector()
    try {
      const [one, two] = [
        new RemoteCollector(collector.url, 'shared'),
        new RemoteCollector(collector.url, 'shared'),
      ]
      await fetch(one.tracesUrl, { method: 'POST', body: JSON.stringify(REQUEST) })
      expect([(await one.spans()).length, (await two.spans()).length]).toEqual([1, 1])
    } finally {
      await collector.close()
    }
  })
})
