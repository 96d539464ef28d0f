import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expectTrace } from '@throughline/otel-testing'
import { startCollector } from '@throughline/otel-testing/node'
import { afterEach, expect, test } from 'vitest'
import { ROOT, run } from './command.ts'

const README = globSync('packages/*/README.md', { cwd: ROOT })

let folder = ''
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the example of a package's README, followed by `added`, and returns its output. */
function runExample(readme: string, added = '', env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [, code = ''] = /```ts run\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, readme), 'utf8')) ?? []
  // The file is in the package, so that its name resolves.
  folder = join(ROOT, dirname(readme), 'dist/readme')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'example.ts'), code + added)
  return run([process.execPath, 'example.ts'], { cwd: folder, env: { ...process.env, ...env } })
}

test('each package has a README with a title, an example and a link to the docs', () => {
  expect(README).toHaveLength(globSync('packages/*/package.json', { cwd: ROOT }).length)
  for (const readme of README) {
    const name = dirname(readme).split('/').at(-1)
    const text = readFileSync(join(ROOT, readme), 'utf8')
    const { name: title, bin } = readManifest(dirname(readme))
    expect(text).toMatch(new RegExp(`^# ${title}\n`))
    // A command has no code to import.
    const example = bin && name === title ? /```sh\n/ : /```ts (?:run|embed=\S+)\n/
    expect(text, readme).toMatch(example)
    expect(text, readme).toMatch(/\]\(\.\.\/\.\.\/[\w./]+\.md/)
  }
})

test.each(README.filter((readme) => readFileSync(join(ROOT, readme), 'utf8').includes('```text\n')))(
  'the example of %s prints what the README says',
  async (readme) => {
    const [, output] = /```text\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, readme), 'utf8')) ?? []
    expect(await runExample(readme)).toBe(output)
  },
)

test('the app of the README of otel-edge exports the span of a request', async () => {
  const collector = await startCollector()
  const request = `
const { flush } = await import('@throughline/otel-edge')
console.log(await (await app.request('/products/7')).text())
await flush()
`
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  expect(await runExample('packages/otel-edge/README.md', request, env)).toBe('{"id":"7"}\n')
  await expectTrace(collector, { service: 'shop', name: 'GET /products/:id', kind: 'SERVER' })
  await collector.close()
})

function readManifest(folder: string): { readonly name: string; readonly bin?: unknown } {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
    name: string
    bin?: unknown
  }
}
