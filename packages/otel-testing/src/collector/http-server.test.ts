import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { freePort, readBody, startHttpServer } from './http-server.ts'

describe('an HTTP server', () => {
  test('listens on a port of its own, on this machine only', async () => {
    const servers = await Promise.all([1, 2].map(() => startHttpServer((_, response) => response.end())))
    const [one, two] = servers
    expect(one?.port).not.toBe(two?.port)
    expect(one?.url).toBe(`http://127.0.0.1:${one?.port}`)
    await Promise.all(servers.map((server) => server.close()))
  })

  test.each([
    ['empty', ''],
    ['of several bytes for each character', 'é漢😀'],
    ['of several chunks', 'a'.repeat(300_000)],
  ])('reads a body that is %s', async (_, body) => {
    const server = await startHttpServer(async (request, response) => response.end(await readBody(request)))
    const response = await fetch(server.url, { method: 'POST', body })
    expect(await response.text()).toBe(body)
    await server.close()
  })

  test('handles requests at the same time', async () => {
    let release = () => {}
    const second = new Promise<void>((resolve) => {
      release = resolve
    })
    const server = await startHttpServer(async (request, response) => {
      if (request.url === '/second') release()
      else await second
      response.end(request.url)
    })
    const answers = await Promise.all(
      ['/first', '/second'].map(async (path) => (await fetch(server.url + path)).text()),
    )
    expect(answers).toEqual(['/first', '/second'])
    await server.close()
  })

  test('cuts responses that are not finished when it is closed', async () => {
    const server = await startHttpServer((_, response) => response.write('a'))
    const response = await fetch(server.url)
    const text = response.text()
    const failure = expect(text).rejects.toThrow()
    await server.close()
    await failure
    await expect(fetch(server.url)).rejects.toThrow()
  })

  test('ignores a client that leaves before its body is read', async () => {
    let leave = (_error: unknown) => {}
    const left = new Promise<unknown>((resolve) => {
      leave = resolve
    })
    const server = await startHttpServer((request) =>
      readBody(request).catch((error: unknown) => {
        leave(error)
        throw error
      }),
    )
    const client = connect(server.port, '127.0.0.1')
    await once(client, 'connect')
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc')
    client.destroy()
    expect(await left).toMatchObject({ code: 'ECONNRESET' })
    await server.close()
  })

  test('passes on requests with an upgrade, if it handles them', async () => {
    const seen: string[] = []
    const server = await startHttpServer((_, response) => response.end(), {
      onUpgrade: (request, socket) => {
        seen.push(String(request.url))
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      },
    })
    const client = connect(server.port, '127.0.0.1')
    client.write('GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n')
    const [answer] = (await once(client, 'data')) as [Buffer]
    expect([seen, answer.toString().split('\r\n')[0]]).toEqual([
      ['/socket'],
      'HTTP/1.1 101 Switching Protocols',
    ])
    client.destroy()
    await server.close()
  })
})

test('a free port can be listened on, and is below those of connections', async () => {
  const port = await freePort()
  expect(port).toBeGreaterThanOrEqual(20_000)
  expect(port).toBeLessThan(32_000)
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  await new Promise((resolve) => server.close(resolve))
})

test('freePort returns no port twice', async () => {
  // Of 12,000 ports, 300 at random would have a pair with a probability of 98 %.
  const ports = await Promise.all(Array.from({ length: 300 }, freePort))
  expect(new Set(ports).size).toBe(300)
})
