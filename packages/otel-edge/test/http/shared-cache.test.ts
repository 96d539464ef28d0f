import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type HttpServer, startHttpServer } from '@throughline/otel-testing/node'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { tracing } from '../../src/index.ts'

const FUTURE = 'Fri, 01 Jan 2100 00:00:00 GMT'
const hasNginx = isInstalled()

/** The headers of each answer, by path, and whether nginx keeps it. */
const ANSWERS: Readonly<Record<string, { headers: Record<string, string>; isKept: boolean }>> = {
  '/max-age': { headers: { 'cache-control': 'public, max-age=60' }, isKept: true },
  '/s-maxage': { headers: { 'cache-control': 's-maxage=60, max-age=0' }, isKept: true },
  '/expires': { headers: { expires: FUTURE }, isKept: true },
  '/accel': { headers: { 'x-accel-expires': '60' }, isKept: true },
  '/vary': { headers: { 'cache-control': 'max-age=60', vary: 'accept-language' }, isKept: true },
  '/stale': { headers: { 'cache-control': 'max-age=1, stale-while-revalidate=60' }, isKept: true },
  '/private': { headers: { 'cache-control': 'private, max-age=60' }, isKept: false },
  '/no-store': { headers: { 'cache-control': 'no-store' }, isKept: false },
  '/revalidate': { headers: { 'cache-control': 'public, max-age=0, must-revalidate' }, isKept: false },
  '/none': { headers: {}, isKept: false },
}

function isInstalled(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.skipIf(!hasNginx)('behind a real shared cache (nginx)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-nginx-'))
  let nginx: ReturnType<typeof spawn> | undefined
  let address = ''
  const app = new Hono().use(
    tracing({ serviceName: 'site', exporter: { url: 'http://127.0.0.1:9/v1/traces' } }),
  )
  app.get('*', (c) => c.html('<!doctype html>', 200, ANSWERS[c.req.path]?.headers))
  let origin: HttpServer

  beforeAll(async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    origin = await startHttpServer(async (request, response) => {
      const headers = { accept: 'text/html' }
      const answer = await app.fetch(new Request(`http://x${request.url}`, { headers }))
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })
    const port = await freePort()
    for (const name of ['cache', 'temp', 'logs']) mkdirSync(join(folder, name))
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/temp/${kind};`,
    )
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/logs/error.log;
events {}
http {
  access_log off; ${temp.join(' ')}
  proxy_cache_path ${folder}/cache keys_zone=shared:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${origin.url};
      proxy_cache shared;
      add_header x-cache $upstream_cache_status;
    }
  }
}`,
    )
    nginx = spawn(
      'nginx',
      ['-p', folder, '-e', `${folder}/logs/error.log`, '-c', join(folder, 'nginx.conf')],
      { stdio: 'ignore' },
    )
    address = `http://127.0.0.1:${port}`
    await vi.waitFor(() => fetch(`${address}/none`), { timeout: 60_000, interval: 50 })
  })
  afterAll(async () => {
    nginx?.kill('SIGKILL')
    await origin?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(Object.entries(ANSWERS))('two visitors of %s never share a trace', async (path, { isKept }) => {
    const visits = []
    for (let count = 0; count < 2; count++) {
      const response = await fetch(address + path)
      await response.text()
      visits.push(response.headers)
    }
    expect(visits[1]?.get('x-cache')).toBe(isKept ? 'HIT' : 'MISS')
    const traces = visits.flatMap(
      (headers) => /00-([0-9a-f]{32})/.exec(headers.get('server-timing') ?? '')?.[1] ?? [],
    )
    expect(new Set(traces).size).toBe(isKept ? 0 : 2)
  })
})
