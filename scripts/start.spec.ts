import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
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

function start(env: NodeJS.ProcessEnv): Run {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/run.mjs'), 'start'], {
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

test('npm start gives one line per address, answers at each, and leaves nothing when it is stopped', async () => {
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

test('a port that is taken is an error that names it and the variable that moves it', async () => {
  const ports = await freePorts()
  const squatter = createServer().listen(ports.UI_PORT)
  await once(squatter, 'listening')
  const run = start(portVariables(ports))
  expect(await run.exit).toBe(1)
  expect(run.output()).toContain(`Port ${ports.UI_PORT} is taken`)
  expect(run.output()).toContain('UI_PORT=')
  squatter.close()
})

test('a port that is no port is an error that names the variable', async () => {
  const run = start({ OTLP_PORT: 'http' })
  expect(await run.exit).toBe(1)
  expect(run.output()).toContain('OTLP_PORT=http is no port')
})
