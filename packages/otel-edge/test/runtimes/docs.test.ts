import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const GUIDE = readFileSync(join(import.meta.dirname, '../../../../docs/deploy.md'), 'utf8')
// Inside the package, so that its own name and Hono are found; not under version control.
const FOLDER = join(import.meta.dirname, '.cache')

let collector: Collector
let child: ChildProcess | undefined

beforeEach(async () => {
  collector = await startCollector()
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await collector.close()
})

/** Writes a snippet of the guide to a file, with additions of a test. */
function writeSnippet(name: string, added = ''): string {
  const code = new RegExp(`\`\`\`ts runtime=${name}\\n([^]*?)\`\`\``).exec(GUIDE)?.[1] ?? ''
  expect(code).not.toBe('')
  mkdirSync(FOLDER, { recursive: true })
  const path = join(FOLDER, `${name}.ts`)
  writeFileSync(path, code + added)
  return path
}

function run(path: string): { exited: Promise<number | null>; lines: () => string } {
  const env = { PATH: process.env.PATH, PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const program = spawn(process.execPath, [path], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  child = program
  let output = ''
  program.stdout.on('data', (data) => {
    output += String(data)
  })
  return {
    exited: new Promise((resolve) => program.on('exit', resolve)),
    lines: () => output,
  }
}

const namesOf = (received: Collector) => received.spans().map(({ name }) => name)

test('the server for Node sends pending spans before it ends', async () => {
  const { exited, lines } = run(writeSnippet('node'))
  const port = await vi.waitFor(
    () => {
      const found = /port (\d+)/.exec(lines())?.[1]
      expect(found).toBeDefined()
      return found
    },
    { timeout: 60_000 },
  )
  const response = await fetch(`http://127.0.0.1:${port}/products/7`, { headers: { connection: 'close' } })
  expect(await response.json()).toEqual({ id: '7' })
  child?.kill('SIGTERM')
  expect(await exited).toBe(0)
  expect(namesOf(collector)).toEqual(['GET /products/:id'])
})

test('the handler for Lambda sends its spans before it responds', async () => {
  const event = {
    version: '2.0',
    rawPath: '/products/7',
    rawQueryString: '',
    headers: { host: 'x.example' },
    requestContext: { domainName: 'x.example', http: { method: 'GET', path: '/products/7' } },
    isBase64Encoded: false,
  }
  // A frozen process does nothing more; this one ends.
  const added = `
console.log(JSON.stringify(await handler(${JSON.stringify(event)} as never, {} as never)))
process.exit()
`
  const { exited, lines } = run(writeSnippet('lambda', added))
  expect(await exited).toBe(0)
  expect(JSON.parse(lines())).toMatchObject({ statusCode: 200, body: '{"id":"7"}' })
  expect(namesOf(collector)).toEqual(['GET /products/:id'])
})
