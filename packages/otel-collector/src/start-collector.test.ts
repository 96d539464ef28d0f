import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { countStoredSpans, getJson, startTestCollector, temporaryDatabase } from '../test/collector.ts'
import { makeRequest, makeSpan, postJson, send } from '../test/otlp.ts'
import { startCollector } from './index.ts'

describe('a port that is taken', () => {
  test.each([
    ['otlpPort', 'OTLP_PORT', '127.0.0.1'],
    ['otlpPort', 'OTLP_PORT', '::1'],
    ['uiPort', 'UI_PORT', '127.0.0.1'],
  ] as const)('as %s is an error that names it and %s (on %s)', async (option, variable, host) => {
    const port = await takePort(host)
    const starting = startCollector({ otlpPort: 0, uiPort: 0, [option]: port })
    await expect(starting).rejects.toThrow(
      `port ${port} is taken: stop what listens there, or set ${variable} to another port`,
    )
  })

  test('leaves nothing open behind', async () => {
    const [free, taken] = [await freePort(), await takePort('127.0.0.1')]
    await expect(startCollector({ otlpPort: free, uiPort: taken })).rejects.toThrow('is taken')
    const collector = await startTestCollector({ otlpPort: free })
    expect(collector.otlpUrl).toBe(`http://localhost:${free}/v1/traces`)
  })

  test('by the other of its own two is told like any other', async () => {
    const port = await freePort()
    await expect(startCollector({ otlpPort: port, uiPort: port })).rejects.toThrow(
      `port ${port} is taken: stop what listens there, or set UI_PORT to another port`,
    )
  })
})

describe('a database file', () => {
  test('keeps what was stored over a restart', async () => {
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
  ])('that %s is an error that names it', async (_, spoil, reason) => {
    const databasePath = temporaryDatabase()
    spoil(databasePath)
    const starting = startCollector({ otlpPort: 0, uiPort: 0, databasePath })
    await expect(starting).rejects.toThrow(`the database ${databasePath} cannot be used: `)
    await expect(starting).rejects.toThrow(reason)
    await expect(starting).rejects.toThrow('move it away or set DATABASE_PATH')
  })

  test('in a folder that is not there is an error that names it', async () => {
    const starting = startCollector({ otlpPort: 0, uiPort: 0, databasePath: '/nowhere/at/all.sqlite' })
    await expect(starting).rejects.toThrow('the database /nowhere/at/all.sqlite cannot be used: ')
  })
})

describe('a shutdown', () => {
  test('stores and answers what was being sent', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath })
    const { socket, answer } = await sendHeadOnly(collector.otlpUrl, JSON.stringify(REQUEST))
    const stopping = collector.shutdown()
    socket.write(JSON.stringify(REQUEST))
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    await stopping
    expect(await countStoredSpans(await startTestCollector({ databasePath }))).toBe(1)
  })

  test('does not wait for a sender that has fallen silent', async () => {
    const collector = await startTestCollector()
    const { socket } = await sendHeadOnly(collector.otlpUrl, JSON.stringify(REQUEST))
    const closed = once(socket, 'close')
    await collector.shutdown()
    await closed
    await expect(fetch(collector.uiUrl)).rejects.toThrow()
  })

  test('can be asked for twice', async () => {
    const collector = await startTestCollector()
    await Promise.all([collector.shutdown(), collector.shutdown()])
    await collector.shutdown()
  })
})

test('localhost is both loopback addresses', async () => {
  const collector = await startTestCollector()
  const { port } = new URL(collector.otlpUrl)
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    expect((await fetch(`http://${host}:${port}/healthz`)).status).toBe(200)
  }
})

test('another address is listened on when it is asked for', async () => {
  const collector = await startTestCollector({ host: '0.0.0.0' })
  expect(collector.uiUrl).toMatch(/^http:\/\/localhost:\d+$/)
  expect((await fetch(`${collector.uiUrl}/healthz`)).status).toBe(200)
})

test('each request whose spans were stored is handed on, as it was stored', async () => {
  const seen: unknown[] = []
  const collector = await startTestCollector({ onSpans: (request) => seen.push(request) })
  await postJson(collector.otlpUrl, {})
  await postJson(collector.otlpUrl, 'nonsense')
  await postJson(collector.otlpUrl, makeRequest('shop', [makeSpan({ spanId: '' })]))
  await postJson(collector.otlpUrl, REQUEST)
  expect(seen).toEqual([REQUEST])
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function makeLaterVersion(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 99')
  database.close()
}
