import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { startTestCollector } from '../../test/collector.ts'
import { createHostCheck } from './allowed-hosts.ts'

describe('a Host header', () => {
  test.each<[listenHost: string, header: string | undefined, isOwn: boolean]>([
    ['localhost', 'localhost', true],
    ['localhost', 'localhost:4318', true],
    ['localhost', 'LOCALHOST:4318', true],
    ['localhost', 'localhost.:4318', true],
    ['localhost', 'traces.localhost:16686', true],
    ['localhost', '127.0.0.1:4318', true],
    ['localhost', '[::1]:4318', true],
    ['localhost', '[0:0:0:0:0:0:0:1]:4318', true],
    ['localhost', 'traces.example', true],
    ['localhost', 'Traces.Example:80', true],
    ['localhost', 'evil.example', false],
    ['localhost', 'evil.example:4318', false],
    ['localhost', 'localhost.evil.example', false],
    ['localhost', 'evil-localhost', false],
    ['localhost', 'traces.example.evil.example', false],
    ['localhost', 'sub.traces.example', false],
    ['localhost', '10.0.0.1:4318', false],
    ['localhost', '127.0.0.1.evil.example', false],
    ['localhost', 'localhost@evil.example', false],
    ['localhost', 'localhost, evil.example', false],
    ['localhost', 'localhost:4318:80', false],
    ['localhost', 'localhost/evil', false],
    ['localhost', '::1', false],
    ['localhost', '[::1', false],
    ['localhost', '', false],
    ['localhost', undefined, false],
    ['192.168.1.5', '192.168.1.5:4318', true],
    ['192.168.1.5', 'localhost', true],
    ['192.168.1.5', '192.168.1.6', false],
    ['0.0.0.0', '192.168.1.6:4318', true],
    ['0.0.0.0', '[fd00::5]:4318', true],
    ['::', '10.1.2.3', true],
    ['0.0.0.0', 'evil.example', false],
    ['0.0.0.0', '0x7f.1', false],
  ])('a collector on %s accepts the Host "%s": %s', (listenHost, header, isOwn) => {
    expect(createHostCheck(listenHost, ['traces.example'])(header)).toBe(isOwn)
  })
})

test.each([
  ['otlpUrl', 'POST', '/v1/traces'],
  ['otlpUrl', 'OPTIONS', '/v1/traces'],
  ['otlpUrl', 'GET', '/healthz'],
  ['uiUrl', 'GET', '/'],
  ['uiUrl', 'GET', '/api/services'],
  ['uiUrl', 'GET', '/api/v3/services'],
  ['uiUrl', 'GET', '/assets/viewer.js'],
] as const)('%s answers %s %s with 421 for an unknown Host', async (port, method, path) => {
  const collector = await startTestCollector({ allowedHosts: ['traces.example'] })
  const ask = (host: string) => send(new URL(path, collector[port]), method, host)
  const refused = await ask('evil.example:1234')
  expect(refused.status).toBe(421)
  expect(refused.body).toContain('evil.example:1234')
  expect(refused.body).toContain('ALLOWED_HOSTS')
  expect(refused.allowOrigin).toBeUndefined()
  expect((await ask('traces.example')).status).not.toBe(421)
})

async function send(url: URL, method: string, host: string) {
  return new Promise<{ status: number | undefined; body: string; allowOrigin: unknown }>(
    (resolve, reject) => {
      const sending = request(
        url,
        { method, headers: { host, origin: 'http://evil.example' } },
        (response) => {
          const allowOrigin = response.headers['access-control-allow-origin']
          text(response).then((body) => resolve({ status: response.statusCode, body, allowOrigin }), reject)
        },
      )
      sending.on('error', reject).end()
    },
  )
}
