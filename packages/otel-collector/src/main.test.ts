import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDatabase } from '../test/collector.ts'
import { makeRequest, makeSpan, postJson, send } from '../test/otlp.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

test('the collector prints its addresses and stops cleanly on SIGTERM', async () => {
  const program = start()
  const { otlpUrl, uiUrl } = await program.ready
  await send(otlpUrl, 'shop', makeSpan())
  expect(await (await fetch(`${uiUrl}/api/v3/services`)).json()).toEqual({ services: ['shop'] })
  program.child.kill('SIGTERM')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(program.lines).toEqual([`OTLP    ${otlpUrl}`, `traces  ${uiUrl}`])
  expect(program.errors).toEqual([])
})

test('the collector stops cleanly on Ctrl-C while a page keeps its connection open', async () => {
  const program = start()
  const { uiUrl } = await program.ready
  await (await fetch(`${uiUrl}/api/v3/services`, { headers: { connection: 'keep-alive' } })).text()
  program.child.kill('SIGINT')
  expect(await program.ended).toEqual({ code: 0, signal: null })
})

test('spans of an accepted request are stored after the collector was killed', async () => {
  const env = { DATABASE_PATH: temporaryDatabase() }
  const killed = start({ env })
  const span = makeSpan()
  await send((await killed.ready).otlpUrl, 'shop', span)
  killed.child.kill('SIGKILL')
  expect(await killed.ended).toEqual({ code: null, signal: 'SIGKILL' })
  const { uiUrl } = await start({ env }).ready
  const response = await fetch(`${uiUrl}/api/v3/traces/${span.traceId}`)
  expect(await response.json()).toEqual({ result: makeRequest('shop', [span]) })
})

// A limit for the size of files simulates a full disk without a second file system.
test.runIf(hasPrlimit())(
  'a full disk is a 503 with Retry-After, and spans are stored when it has room',
  async () => {
    const databasePath = temporaryDatabase()
    const program = start({ env: { DATABASE_PATH: databasePath }, maxFileKilobytes: 400 })
    const { otlpUrl, uiUrl } = await program.ready
    const post = () => {
      const attributes = [{ key: 'text', value: { stringValue: 'x'.repeat(20_000) } }]
      return postJson(otlpUrl, makeRequest('shop', [makeSpan({ attributes })]))
    }
    let refused: Response | undefined
    for (let count = 0; count < 60 && !refused; count++) {
      const response = await post()
      if (response.status !== 200) refused = response
    }
    expect(refused?.status).toBe(503)
    expect(refused?.headers.get('retry-after')).toBe('5')
    expect(await refused?.text()).toContain(`the database ${databasePath} cannot be used: `)
    expect((await post()).status).toBe(503)
    expect((await fetch(`${uiUrl}/api/services`)).status).toBe(200)

    spawnSync('prlimit', ['--pid', String(program.child.pid), '--fsize=unlimited:unlimited'])
    for (let count = 0; count < 20; count++) expect((await post()).status).toBe(200)
  },
)

test('--debug prints each stored span and no refused span', async () => {
  const program = start({ args: ['--debug'] })
  const { otlpUrl } = await program.ready
  await postJson(otlpUrl, makeRequest('shop', [makeSpan({ name: 'refused', spanId: '' })]))
  const [first, second] = [makeSpan({ name: 'first' }), makeSpan({ name: 'second', status: { code: 2 } })]
  await send(otlpUrl, 'shop', first, second)
  program.child.kill('SIGTERM')
  await program.ended
  const printed = program.lines.join('\n')
  for (const { traceId, spanId, name } of [first, second]) {
    expect(printed).toContain(`    Trace ID       : ${traceId}`)
    expect(printed).toContain(`    ID             : ${spanId}`)
    expect(printed).toContain(`    Name           : ${name}`)
  }
  expect(printed).toContain('     -> service.name: Str(shop)')
  expect(printed).toContain('    Status code    : Error')
  expect(printed).not.toContain('refused')
})

test('a port that is taken is an error of one line', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const program = start({ env: { UI_PORT: String(port) } })
  program.ready.catch(() => undefined)
  expect(await program.ended).toEqual({ code: 1, signal: null })
  expect(program.errors).toEqual([
    `otel-collector: port ${port} is taken: stop what listens there, or set UI_PORT to another port`,
  ])
})

test.each([
  [
    'a variable that cannot be',
    { env: { MAX_SPANS: 'all' } },
    /^otel-collector: MAX_SPANS is "all": it must/,
  ],
  ['an unknown option', { args: ['--verbose'] }, /^otel-collector: Unknown option '--verbose'/],
  [
    'a file that is not a database',
    { env: { DATABASE_PATH: MAIN } },
    /main.ts cannot be used: .*DATABASE_PATH$/,
  ],
])('%s is an error of one line', async (_, options, message) => {
  const program = start(options)
  program.ready.catch(() => undefined)
  expect(await program.ended).toEqual({ code: 1, signal: null })
  expect(program.errors).toEqual([expect.stringMatching(message)])
})

test('--help lists the variables', async () => {
  const program = start({ args: ['--help'] })
  program.ready.catch(() => undefined)
  expect(await program.ended).toEqual({ code: 0, signal: null })
  for (const name of ['--debug', 'OTLP_PORT', 'UI_PORT', 'LISTEN_HOST', 'DATABASE_PATH', 'MAX_AGE_MINUTES']) {
    expect(program.lines.join('\n')).toContain(name)
  }
})

interface Program {
  readonly child: ChildProcess
  /** Rejects when the program ends before it listens. */
  readonly ready: Promise<{ readonly otlpUrl: string; readonly uiUrl: string }>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  readonly lines: readonly string[]
  readonly errors: readonly string[]
}

/** Starts the program on free ports, and kills it when the test is over. */
function start({
  args = [],
  env = {},
  maxFileKilobytes,
}: {
  args?: readonly string[]
  env?: Record<string, string>
  maxFileKilobytes?: number
} = {}): Program {
  // Without the trap, a write over the limit would end the process.
  const limit = maxFileKilobytes && [
    'sh',
    '-c',
    `trap '' XFSZ; ulimit -S -f ${maxFileKilobytes * 2}; exec "$0" "$@"`,
  ]
  const [program = '', ...first] = [...(limit || []), process.execPath]
  const child = spawn(program, [...first, MAIN, ...args], {
    env: { PATH: process.env.PATH, OTLP_PORT: '0', UI_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [lines, errors]: [string[], string[]] = [[], []]
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  const ready = new Promise<{ otlpUrl: string; uiUrl: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      const [otlpUrl, uiUrl] = lines.map((each) => each.split(/\s+/)[1] ?? '')
      if (lines.length === 2 && otlpUrl && uiUrl) resolve({ otlpUrl, uiUrl })
    })
    void ended.then(() => reject(new Error(`it ended: ${errors.join('\n')}`)))
  })
  return { child, ready, ended, lines, errors }
}

function hasPrlimit(): boolean {
  return process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0
}
