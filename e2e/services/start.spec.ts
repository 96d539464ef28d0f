import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ROOT } from '../../scripts/command.ts'
import { assertPortsFree, freePorts } from '../../scripts/ports.ts'
import { findRabbitMq } from '../../scripts/services/programs.ts'
import { portVariables, start, untilReady } from '../../scripts/start-process.ts'
import { GOOD_CARD } from '../checkout.ts'
import { test as base, expect } from './fixtures.ts'

const test = base.extend<{ folder: string }>({
  // For temporary files. PostgreSQL's user must reach it.
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-start-'))
    chmodSync(folder, 0o755)
    await use(folder)
    rmSync(folder, { recursive: true, force: true })
  },
})

const PAGE = readFileSync(join(ROOT, 'docs/services.md'), 'utf8')
const PROGRAMS = ['bank', 'java', 'payments', 'postgres', 'redis-server', 'risk', 'settlement']

test('the first command of docs/services.md starts all services, and Ctrl-C ends them and deletes their data', async ({
  folder,
}) => {
  const [, args = ''] = /^npm start -- (.+)$/m.exec(PAGE) ?? []
  const ports = await freePorts()
  const run = start({ ...portVariables(ports), TMPDIR: folder }, ...args.split(' '))
  let processes: Descendant[] = []
  try {
    await untilReady(run)
    processes = descendantsOf(run.child.pid)
    const started = new Set(processes.map(({ name }) => name))
    expect(PROGRAMS.filter((name) => !started.has(name))).toEqual([])
    if (findRabbitMq()) expect([...started]).toEqual(expect.arrayContaining(['beam.smp', 'epmd']))
    expect(readdirSync(folder).filter((name) => name.startsWith('throughline-services-'))).toHaveLength(1)
  } finally {
    run.child.kill('SIGTERM')
    await run.exit
  }
  expect(await run.exit, run.output()).toBe(0)
  expect(processes.filter(isRunning)).toEqual([])
  expect(readdirSync(folder).filter((name) => name.startsWith('throughline-services-'))).toEqual([])
  await assertPortsFree(ports)
})

test('a service that does not start is named, and the others are stopped', async ({ folder }) => {
  const ports = await freePorts()
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  writeFileSync(join(programs, 'redis-server'), '#!/bin/sh\necho out of memory\nexit 1\n', { mode: 0o755 })
  const env = { ...portVariables(ports), TMPDIR: folder, PATH: `${programs}:${process.env.PATH}` }
  const run = start(env, '--services')
  expect(await run.exit).toBe(1)
  expect(run.output()).toMatch(/redis ended at once\. It printed last:\s+out of memory/)
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  expect(stdout.split('\n').filter((line) => line.includes(folder))).toEqual([])
  expect(readdirSync(folder).filter((name) => name.startsWith('throughline-services-'))).toEqual([])
  await assertPortsFree(ports)
})

test('a program that is missing is named, and nothing is started', async ({ folder }) => {
  const run = start({ XDG_CACHE_HOME: join(folder, 'cache'), PATH: withoutProgram('mvn') }, '--services')
  expect(await run.exit).toBe(1)
  expect(run.output()).toContain('Missing:\n  - Maven (`mvn`), which downloads Kafka\n')
  expect(readdirSync(join(folder, 'cache', 'throughline'))).toEqual([])
})

test('the command of docs/services.md for Docker uses services that run elsewhere, and containers reach the collector', async ({
  system,
}) => {
  const [, assignments = ''] = /^((?:\w+=\S+ )+)npm start$/m.exec(PAGE) ?? []
  const env = Object.fromEntries(
    assignments
      .trim()
      .split(' ')
      .map((assignment) => assignment.split('=')),
  ) as Record<string, string>
  expect(Object.keys(env)).toEqual(expect.arrayContaining(['PAYMENTS_URL', 'SHIPPING_URL']))
  const ports = await freePorts()
  const run = start({ ...env, ...portVariables(ports), PAYMENTS_URL: system.services.paymentsUrl })
  try {
    await untilReady(run)
    const orderId = `order-${ports.PORT}`
    const response = await fetch(`http://localhost:${ports.BACKEND_PORT}/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ orderId, amountCents: 1800, card: GOOD_CARD }),
    })
    expect(response.status).toBe(201)
    await expect
      .poll(() => system.log.filter(({ fields }) => fields.orderId === orderId).map(({ service }) => service))
      .toContain('payments')
    expect(await statusOf(ports.OTLP_PORT, env.ALLOWED_HOSTS ?? '')).toBe(200)
  } finally {
    run.child.kill('SIGTERM')
    await run.exit
  }
})

/** The status of an export to the collector by a client that knows this machine as `host`. */
async function statusOf(port: number, host: string): Promise<number | undefined> {
  const headers = { host: `${host}:${port}`, 'content-type': 'application/json' }
  const request = httpRequest({ host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', headers })
  request.end('{"resourceSpans":[]}')
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

/** PATH without the folders of a program, whose other programs are linked in a folder of their own. */
function withoutProgram(program: string): string {
  const linked = test.info().outputPath('linked')
  mkdirSync(linked, { recursive: true })
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => existsSync(folder))
  return folders
    .map((folder) => {
      if (!existsSync(join(folder, program))) return folder
      for (const name of readdirSync(folder)) {
        const link = join(linked, name)
        if (name !== program && !existsSync(link)) symlinkSync(join(folder, name), link)
      }
      return linked
    })
    .join(delimiter)
}

interface Descendant {
  readonly pid: number
  readonly name: string
}

/** All processes that a process has started, directly or not. */
function descendantsOf(ancestor: number | undefined): Descendant[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' })
  const processes = [...stdout.matchAll(/^ *(\d+) +(\d+) (.+)$/gm)].map(([, pid, parent, name = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    name,
  }))
  const found = new Set([ancestor])
  // A child can be listed before its parent.
  for (let size = 0; size < found.size; ) {
    size = found.size
    for (const { pid, parent } of processes) if (found.has(parent)) found.add(pid)
  }
  return processes.filter(({ pid }) => pid !== ancestor && found.has(pid))
}

function isRunning({ pid, name }: Descendant): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,comm=', '-p', String(pid)], { encoding: 'utf8' })
  // A zombie has ended.
  return stdout.includes(name) && !stdout.startsWith('Z')
}
