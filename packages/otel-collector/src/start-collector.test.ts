import { once } from 'node:events'
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { freePort } from '@throughline/otel-testing/node'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { countStoredSpans, getJson, startTestCollector, temporaryDatabase } from '../test/collector.ts'
import { attribute, makeRequest, makeSpan, postJson, send } from '../test/otlp.ts'
import { startCollector } from './index.ts'

describe('a port that is taken', () => {
  test.each([
    ['otlpPort', 'OTLP_PORT', '127.0.0.1'],
    ['otlpPort', 'OTLP_PORT', '::1'],
    ['uiPort', 'UI_PORT', '127.0.0.1'],
  ] as const)(
    'a port that is taken as %s is an error that names it and %s (on %s)',
    async (option, variable, host) => {
      const port = await takePort(host)
      const starting = startCollector({ otlpPort: 0, uiPort: 0, [option]: port })
      await expect(starting).rejects.toThrow(
        `port ${port} is taken: stop what listens there, or set ${variable} to another port`,
      )
    },
  )

  test('a port that is taken leaves no other port open', async () => {
    const [free, taken] = [await freePort(), await takePort('127.0.0.1')]
    await expect(startCollector({ otlpPort: free, uiPort: taken })).rejects.toThrow('is taken')
    const collector = await startTestCollector({ otlpPort: free })
    expect(collector.otlpUrl).toBe(`http://localhost:${free}/v1/traces`)
  })

  test('two ports with the same number are an error that names the port', async () => {
    const port = await freePort()
    await expect(startCollector({ otlpPort: port, uiPort: port })).rejects.toThrow(
      `port ${port} is taken: stop what listens there, or set UI_PORT to another port`,
    )
  })
})

test.each(['collector.invalid', '192.0.2.1'])('LISTEN_HOST %s is an error that names it', async (host) => {
  await expect(startCollector({ otlpPort: 0, uiPort: 0, host })).rejects.toThrow(
    `LISTEN_HOST is "${host}": it must be localhost or an address of this machine`,
  )
})

describe('a database file', () => {
  test('a database file keeps its spans after a restart', async () => {
    const databasePath = temporaryDatabase()
    const span = makeSpan()
    const before = await startTestCollector({ databasePath })
    await send(before.otlpUrl, 'shop', span)
    await before.shutdown()
    const after = await startTestCollector({ databasePath })
    expect(await getJson(after, `/api/v3/traces/${span.traceId}`)).toEqual({
      status: 200,
      body: { result: makeRequest('shop', [span]) },
    })
    await send(after.otlpUrl, 'shop', span)
    expect(await countStoredSpans(after)).toBe(1)
  })

  test.each([
    ['is no database', (path: string) => writeFileSync(path, 'spans, spans, spans'), /not a database/],
    ['is of another version', makeLaterVersion, /its schema has version 99/],
  ])('a database file that %s is an error that names it', async (_, spoil, reason) => {
    const databasePath = temporaryDatabase()
    spoil(databasePath)
    const starting = startCollector({ otlpPort: 0, uiPort: 0, databasePath })
    await expect(starting).rejects.toThrow(`the database ${databasePath} cannot be used: `)
    await expect(starting).rejects.toThrow(reason)
    await expect(starting).rejects.toThrow('move it away or set DATABASE_PATH')
  })

  test('a database file in a missing folder is an error that names it', async () => {
    const starting = startCollector({ otlpPort: 0, uiPort: 0, databasePath: '/nowhere/at/all.sqlite' })
    await expect(starting).rejects.toThrow('the database /nowhere/at/all.sqlite cannot be used: ')
  })
})

describe('a database file that another collector uses', () => {
  test('a database file that another collector uses is an error with its path', async () => {
    const databasePath = temporaryDatabase()
    const first = await startTestCollector({ databasePath })
    const starting = startCollector({ otlpPort: 0, uiPort: 0, databasePath })
    await expect(starting).rejects.toThrow(
      `the database ${databasePath} cannot be used: another collector uses it; stop that one, or set DATABASE_PATH`,
    )
    await send(first.otlpUrl, 'shop', makeSpan())
    await first.shutdown()
    expect(await countStoredSpans(await startTestCollector({ databasePath }))).toBe(1)
  })

  test('a database file that another collector uses is an error under another name, too', async () => {
    const databasePath = temporaryDatabase()
    await startTestCollector({ databasePath })
    symlinkSync(databasePath, `${databasePath}-link`)
    const starting = startCollector({ otlpPort: 0, uiPort: 0, databasePath: `${databasePath}-link` })
    await expect(starting).rejects.toThrow('another collector uses it')
  })
})

test('a database in memory is a file that is deleted at the end', async () => {
  const own = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(`throughline-collector-${process.pid}-`))
  const before = own().length
  const collector = await startTestCollector()
  await send(collector.otlpUrl, 'shop', makeSpan())
  expect(own()).toHaveLength(before + 1)
  await collector.shutdown()
  expect(own()).toHaveLength(before)
})

test('a damaged page of the database is an error with its path and advice', async () => {
  const databasePath = temporaryDatabase()
  const before = await startTestCollector({ databasePath })
  const spans = Array.from({ length: 500 }, () =>
    makeSpan({ attributes: [attribute('text', 'x'.repeat(300))] }),
  )
  await send(before.otlpUrl, 'shop', ...spans)
  await before.shutdown()
  const bytes = readFileSync(databasePath)
  // All but the schema and the first pages of each table.
  for (let page = 20; page * 4096 < bytes.length; page++) bytes.fill(0xff, page * 4096, (page + 1) * 4096)
  writeFileSync(databasePath, bytes)

  const collector = await startTestCollector({ databasePath })
  const advice = new RegExp(
    `the database ${databasePath} is damaged: .*; stop the collector, move the file away`,
  )
  const answers = await Promise.all(
    spans.slice(0, 50).map(({ traceId }) => getJson(collector, `/api/v3/traces/${traceId}`)),
  )
  const failed = answers.filter(({ status }) => status === 500)
  expect(failed.length).toBeGreaterThan(0)
  for (const { body } of failed) expect(JSON.stringify(body)).toMatch(advice)
  const response = await postJson(
    collector.otlpUrl,
    makeRequest(
      'shop',
      spans.map(() => makeSpan()),
    ),
  )
  expect(response.status).toBe(503)
  expect(await response.text()).toMatch(advice)
})

describe('a shutdown', () => {
  test('a shutdown stores and answers requests in flight', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath })
    const { socket, answer } = await sendHeadOnly(collector.otlpUrl, JSON.stringify(REQUEST))
    const stopping = collector.shutdown()
    socket.write(JSON.stringify(REQUEST))
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    await stopping
    expect(await countStoredSpans(await startTestCollector({ databasePath }))).toBe(1)
  })

  test('a shutdown does not wait for an idle sender', async () => {
    const collector = await startTestCollector()
    const { socket } = await sendHeadOnly(collector.otlpUrl, JSON.stringify(REQUEST))
    const closed = once(socket, 'close')
    await collector.shutdown()
    await closed
    await expect(fetch(collector.uiUrl)).rejects.toThrow()
  })

  test('a shutdown stores requests that wait for a locked database', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath })
    const other = new DatabaseSync(databasePath)
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const { socket, answer } = await sendHeadOnly(collector.otlpUrl, JSON.stringify(REQUEST))
    socket.write(JSON.stringify(REQUEST))
    const stopping = collector.shutdown()
    other.exec('ROLLBACK')
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    await stopping
    expect(await countStoredSpans(await startTestCollector({ databasePath }))).toBe(1)
  })

  test('a shutdown ends while another process holds the database, and the file can be opened again', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath })
    const other = new DatabaseSync(databasePath)
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const refused = postJson(collector.otlpUrl, REQUEST).then(
      ({ status }) => status,
      () => 'the connection was closed',
    )
    await collector.shutdown()
    expect(await refused).not.toBe(200)
    other.exec('ROLLBACK')
    expect(await countStoredSpans(await startTestCollector({ databasePath }))).toBe(0)
  })

  test('requests from many senders during a shutdown are stored if they were answered with 200', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath })
    const accepted: string[] = []
    const sending = Array.from({ length: 40 }, async (_, index) => {
      const span = makeSpan()
      const request = makeRequest(`service ${index % 4}`, [span])
      const response = await postJson(collector.otlpUrl, request).catch(() => undefined)
      if (response?.status === 200) accepted.push(span.traceId)
      // The first response shows that others are in flight.
      if (accepted.length === 1) void collector.shutdown()
    })
    await Promise.all(sending)
    await collector.shutdown()
    expect(accepted).not.toEqual([])
    const after = await startTestCollector({ databasePath })
    for (const traceId of accepted)
      expect(await getJson(after, `/api/v3/traces/${traceId}`)).toMatchObject({ status: 200 })
  })

  test('shutdown can be called twice', async () => {
    const collector = await startTestCollector()
    await Promise.all([collector.shutdown(), collector.shutdown()])
    await collector.shutdown()
  })
})

test('localhost means both loopback addresses', async () => {
  const collector = await startTestCollector()
  const { port } = new URL(collector.otlpUrl)
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    expect((await fetch(`http://${host}:${port}/healthz`)).status).toBe(200)
  }
})

test.each([
  ['localhost', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
  ['0.0.0.0', 'localhost'],
  ['::', 'localhost'],
])('the addresses of a collector that listens on %s have the host %s', async (host, expected) => {
  const collector = await startTestCollector({ host })
  for (const address of [collector.otlpUrl, collector.uiUrl]) {
    const url = new URL(address)
    expect(url.hostname).toBe(expected)
    expect((await fetch(new URL('/healthz', url))).status).toBe(200)
  }
})

test.each([
  ['trace.internal', {}, 421],
  ['trace.internal', { allowedHosts: ['trace.internal'] }, 200],
  ['TRACE.internal.', { allowedHosts: ['trace.internal'] }, 200],
  ['other.internal', { allowedHosts: ['trace.internal'] }, 421],
  ['10.1.2.3', {}, 421],
  ['10.1.2.3', { host: '0.0.0.0' }, 200],
  ['other.internal', { host: '0.0.0.0' }, 421],
])(
  'requests to the host %s of a collector with the options %j get %d on both ports',
  async (host, options, status) => {
    const collector = await startTestCollector(options)
    for (const url of [collector.otlpUrl, collector.uiUrl]) {
      const request = httpRequest(new URL('/healthz', url), { headers: { host } })
      request.end()
      const [response] = await once(request, 'response')
      expect(response.resume().statusCode).toBe(status)
    }
  },
)

test('the collector listens on the host of its options', async () => {
  const collector = await startTestCollector({ host: '0.0.0.0' })
  expect(collector.uiUrl).toMatch(/^http:\/\/localhost:\d+$/)
  expect((await fetch(`${collector.uiUrl}/healthz`)).status).toBe(200)
})

test('onSpans is called with each stored request', async () => {
  const seen: unknown[] = []
  const collector = await startTestCollector({ onSpans: (request) => seen.push(request) })
  await postJson(collector.otlpUrl, {})
  await postJson(collector.otlpUrl, 'nonsense')
  await postJson(collector.otlpUrl, makeRequest('shop', [makeSpan({ spanId: '' })]))
  await postJson(collector.otlpUrl, REQUEST)
  expect(seen).toEqual([REQUEST])
})

test('an error of onSpans is printed, and the sender gets its response', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => printed.mockRestore())
  const failure = new Error('the callback is broken')
  const collector = await startTestCollector({
    onSpans: () => {
      throw failure
    },
  })
  for (let count = 1; count <= 3; count++) {
    const response = await postJson(collector.otlpUrl, makeRequest('shop', [makeSpan()]))
    expect([response.status, await response.text()]).toEqual([200, '{}'])
    expect(printed).toHaveBeenCalledTimes(count)
  }
  expect(printed).toHaveBeenLastCalledWith('the callback onSpans failed:', failure)
  expect(await countStoredSpans(collector)).toBe(3)
})

const REQUEST = makeRequest('shop', [makeSpan()])

/** A request that the collector has begun to read: it answers `Expect: 100-continue`. */
async function sendHeadOnly(otlpUrl: string, body: string) {
  const socket = connect(Number(new URL(otlpUrl).port), '127.0.0.1')
  socket.setEncoding('utf8')
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nexpect: 100-continue\r\n\r\n`,
  )
  const [continued] = await once(socket, 'data')
  expect(continued).toMatch(/^HTTP\/1.1 100 Continue/)
  const answer = once(socket, 'data').then(([text]) => String(text))
  answer.catch(() => undefined)
  return { socket, answer }
}

/** Listens on a port until the test is over. */
async function takePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

function makeLaterVersion(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 99')
  database.close()
}
