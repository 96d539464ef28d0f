import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startTestCollector } from '../../test/collector.ts'

/** Sends a raw request and resolves with the status of the response. */
async function statusOf(port: string, target: string, hosts: readonly string[]): Promise<number> {
  const socket = connect(Number(port), '127.0.0.1')
  const lines = [`GET ${target} HTTP/1.1`, ...hosts.map((host) => `Host: ${host}`), 'Connection: close']
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let text = ''
  socket.on('data', (bytes) => {
    text += String(bytes)
  })
  await once(socket, 'close')
  return Number(text.split(' ')[1])
}

test.each([
  ['the origin form', '/healthz', ['localhost'], 200],
  ['an empty port', '/healthz', ['localhost:'], 200],
  ['the absolute form', 'http://localhost/healthz', ['localhost'], 200],
  ['the absolute form with a scheme in upper case', 'HTTP://LOCALHOST/healthz', ['localhost'], 200],
  ['the absolute form, which replaces the Host header', 'http://localhost/healthz', ['evil.example'], 200],
  ['the absolute form with a foreign host', 'http://evil.example/healthz', ['localhost'], 421],
  ['two Host headers', '/healthz', ['localhost', 'evil.example'], 400],
  ['two Host headers, the foreign one first', '/healthz', ['evil.example', 'localhost'], 400],
  ['two equal Host headers', '/healthz', ['localhost', 'localhost'], 400],
  ['no Host header', '/healthz', [], 400],
  ['an empty Host header', '/healthz', [''], 421],
  ['a list in one Host header', '/healthz', ['localhost, evil.example'], 421],
  ['an IPv6 zone id', '/healthz', ['[fe80::1%25lo]'], 421],
  ['a path that begins with two slashes', '//evil.example/healthz', ['localhost'], 404],
  ['an absolute form that cannot be parsed', 'http://[/healthz', ['localhost'], 400],
])('both ports handle %s as RFC 9112 requires', async (_, target, hosts, status) => {
  const { otlpUrl, uiUrl } = await startTestCollector()
  for (const url of [otlpUrl, uiUrl]) {
    expect(await statusOf(new URL(url).port, target, hosts)).toBe(status)
  }
})
