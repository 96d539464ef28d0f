import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, test } from '@playwright/test'
import { assertPortsFree, freePorts } from './ports.ts'
import { portVariables, start, untilReady } from './start-process.ts'

/** Responds like Jaeger 2.21, which has no `/api/services`. */
const V3_ONLY_JAEGER = `#!${process.execPath}
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
const config = readFileSync(process.argv[process.argv.indexOf('--config') + 1], 'utf8')
for (const [, port] of config.matchAll(/localhost:(\\d+)/g)) {
  createServer((request, response) => {
    response.statusCode = request.url === '/api/v3/services' || request.method === 'POST' ? 200 : 404
    response.end('{}')
  }).listen(Number(port), 'localhost')
}
process.on('SIGTERM', () => process.exit(0))
`

test('npm start prints one line per address, each answers, and Ctrl-C ends all processes', async () => {
  const ports = await freePorts()
  const run = start(portVariables(ports))
  try {
    await untilReady(run)
    expect(run.output()).toContain(`shop    http://localhost:${ports.PORT}\n`)
    expect(run.output()).toContain(`OTLP    http://localhost:${ports.OTLP_PORT}/v1/traces\n`)
    expect(run.output()).toContain(`traces  http://localhost:${ports.UI_PORT}\n`)
    const [shop, traces, otlp] = await Promise.all([
      fetch(`http://localhost:${ports.PORT}/api/products`),
      fetch(`http://localhost:${ports.UI_PORT}/api/services`),
      fetch(`http://localhost:${ports.OTLP_PORT}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"resourceSpans":[]}',
      }),
    ])
    expect([shop.status, traces.status, otlp.status]).toEqual([200, 200, 200])
  } finally {
    run.child.kill('SIGTERM')
    await run.exit
  }
  expect(await run.exit, run.output()).toBe(0)
  await assertPortsFree(ports)
})

test('npm start -- --jaeger waits for the path that every Jaeger 2.x has', async () => {
  const ports = await freePorts()
  const jaegerBin = test.info().outputPath('jaeger')
  writeFileSync(jaegerBin, V3_ONLY_JAEGER, { mode: 0o755 })
  const run = start({ ...portVariables(ports), JAEGER_BIN: jaegerBin }, '--jaeger')
  try {
    await untilReady(run)
    expect((await fetch(`http://localhost:${ports.UI_PORT}/api/services`)).status).toBe(404)
  } finally {
    run.child.kill('SIGTERM')
    await run.exit
  }
  expect(await run.exit, run.output()).toBe(0)
})

test('a port in use is an error that names the port and its variable', async () => {
  const ports = await freePorts()
  const squatter = createServer().listen(ports.UI_PORT)
  await once(squatter, 'listening')
  const run = start(portVariables(ports))
  expect(await run.exit).toBe(1)
  expect(run.output()).toContain(`Port ${ports.UI_PORT} is taken`)
  expect(run.output()).toContain('UI_PORT=')
  squatter.close()
})

test('an invalid port is an error that names the variable', async () => {
  const run = start({ OTLP_PORT: 'http' })
  expect(await run.exit).toBe(1)
  expect(run.output()).toContain('OTLP_PORT=http is not a port')
})
