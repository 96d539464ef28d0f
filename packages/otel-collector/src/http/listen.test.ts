import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from './listen.ts'

test.each([
  ['never sends a byte', ''],
  ['sends half of a header', 'GET / HTTP/1.1\r\nhost: lo'],
  ['sends half of a body', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf'],
  ['sends a second request that never ends', 'GET /ok HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HTTP/1.1\r\n'],
])('a connection that %s is closed', async (_, bytes) => {
  const { port } = await listenForTest({ idleMillis: 60_000 })
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume().write(bytes)
  await once(socket, 'close')
})

test('a connection that is idle while a request is answered is closed', async () => {
  const { port } = await listenForTest({ idleMillis: 50 })
  const socket = connect(port, '127.0.0.1')
  socket.resume().write('GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await once(socket, 'close')
})

async function listenForTest({ idleMillis }: { idleMillis: number }) {
  const timeLimits = { headersMillis: 50, requestMillis: 100, idleMillis, checkMillis: 10 }
  const listening = await listen((request, response) => void (request.url === '/ok' && response.end('ok')), {
    port: 0,
    host: '127.0.0.1',
    variable: 'UI_PORT',
    timeLimits,
  })
  onTestFinished(() => listening.close())
  expect(listening.port).toBeGreaterThan(0)
  return listening
}
