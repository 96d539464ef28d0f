import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from '@playwright/test'
import { ROOT } from './command.ts'
import { assertPortsFree, freePorts, type Ports } from './ports.ts'

interface Run {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>
}

function start(env: NodeJS.ProcessEnv, ...args: readonly string[]): Run {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/run.mjs'), 'start', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const exit = once(child, 'close').then(([code]) => code as number | null)
  return { child, output: () => output, exit }
}

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

function portVariables(ports: Ports): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]))
}

async function untilReady({ child, output, exit }: Run): Promise<void> {
  if (!child.stdout) throw new Error('no output')
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
      if (line.includes('Ctrl-C stops everything')) return 'ready'
    return 'ended'
  })()
  const first = await Promise.race([ready, exit])
  if (first !== 'ready') throw new Error(`npm start ended:\n${output()}`)
}

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
