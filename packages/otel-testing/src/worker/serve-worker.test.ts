import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { bundleWorker, type ServeOptions, serveBundle, serveWorker, WorkerdError } from './serve-worker.ts'
import { COMPATIBILITY_DATE } from './start-workers.ts'

const folder = mkdtempSync(join(tmpdir(), 'throughline-worker-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The path of a script with a name of its own. */
function writeScript(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Serves a script, and stops it after the test. */
async function serve(script: string, options?: ServeOptions) {
  const worker = await serveBundle(script, options)
  onTestFinished(() => worker.stop())
  return worker
}

const ECHO =
  'export default { fetch: (request, env) => Response.json({ url: request.url, env: { ...env } }) }'

describe('a worker in workerd', () => {
  test.each([
    ['plain', 'http://localhost:4318'],
    ['with quotes', 'a "b" c'],
    ['with a backslash', 'a\\b'],
    ['of several lines', 'a\nb\tc'],
    ['in other letters', 'é漢'],
    ['that is empty', ''],
  ])('has a binding with a text %s', async (_, text) => {
    const worker = await serve(writeScript('echo.js', ECHO), { bindings: { TEXT: text, OTHER: '1' } })
    const answer = (await (await fetch(worker.url)).json()) as { readonly env: unknown }
    expect(answer.env).toEqual({ TEXT: text, OTHER: '1' })
  })

  test('has no bindings by default, and a port of its own', async () => {
    const script = writeScript('echo.js', ECHO)
    const [one, two] = await Promise.all([serve(script), serve(script)])
    expect(one.port).not.toBe(two.port)
    expect(one.url).toBe(`http://127.0.0.1:${one.port}`)
    expect(await (await fetch(`${two.url}/a//b?c`)).json()).toEqual({ url: `${two.url}/a//b?c`, env: {} })
  })

  test('has the compatibility date of the tests, or its own, and its flags', async () => {
    const script = writeScript('flags.js', 'export default { fetch: () => new Response(typeof navigator) }')
    const [usual, old, flagged] = await Promise.all([
      serve(script),
      serve(script, { compatibilityDate: '2021-01-01' }),
      serve(script, { compatibilityDate: '2021-01-01', compatibilityFlags: ['global_navigator'] }),
    ])
    const answers = await Promise.all([usual, old, flagged].map(async ({ url }) => (await fetch(url)).text()))
    expect(answers).toEqual(['object', 'undefined', 'object'])
    expect(COMPATIBILITY_DATE).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  })

  test('answers no more after it is stopped, which may be done twice', async () => {
    const worker = await serve(writeScript('echo.js', ECHO))
    expect((await fetch(worker.url)).status).toBe(200)
    worker.stop()
    worker.stop()
    await expect(
      (async () => {
        // The process ends some time after the signal.
        for (;;) await (await fetch(worker.url)).text()
      })(),
    ).rejects.toThrow()
  })

  test.each([
    ['a syntax error', 'export default {', {}],
    ['an error at its start', "throw new Error('no start')", {}],
    ['an unknown flag', ECHO, { compatibilityFlags: ['no_such_flag'] }],
    ['a date that is none', ECHO, { compatibilityDate: 'today' }],
  ])('with %s is an error with the reason, and leaves no files', async (_, script, options) => {
    const own = mkdtempSync(join(folder, 'tmp-'))
    vi.stubEnv('TMPDIR', own)
    onTestFinished(() => void vi.unstubAllEnvs())
    const failed = serveBundle(writeScript('broken.js', script), options)
    const error = await failed.catch((each: unknown) => each)
    expect(error).toBeInstanceOf(WorkerdError)
    expect(String(error)).toMatch(/^WorkerdError: workerd ended with \d+ before it listened:\n\S/)
    expect(readdirSync(own)).toEqual([])
  })
})

test('the message of an error has the exit code and the last lines of standard error', () => {
  const error = new WorkerdError(null, 'a\nb')
  expect([error.name, error.message]).toEqual([
    'WorkerdError',
    'workerd ended with null before it listened:\na\nb',
  ])
})

describe('a worker of TypeScript', () => {
  const MAIN =
    "import { name } from './name.ts'\nexport default { fetch: (): Response => new Response(name) }\n"
  const NAME = "export const name: string = 'bundled'\n"

  test('is bundled to one script', async () => {
    const main = writeScript('bundled.ts', MAIN)
    writeScript('name.ts', NAME)
    const output = mkdtempSync(join(folder, 'out-'))
    const script = await bundleWorker(main, output)
    expect(script).toBe(join(output, 'bundled.js'))
    const text = readFileSync(script, 'utf8')
    expect(text).toContain('"bundled"')
    expect(text).not.toMatch(/^import /m)
    expect(text).not.toContain('__name(')
    const worker = await serve(script)
    expect(await (await fetch(worker.url)).text()).toBe('bundled')
  })

  test('is bundled and served in one step', async () => {
    const main = writeScript('served.ts', MAIN)
    writeScript('name.ts', NAME)
    const worker = await serveWorker(main)
    onTestFinished(() => worker.stop())
    expect(await (await fetch(worker.url)).text()).toBe('bundled')
  })

  test('with a syntax error is an error', async () => {
    const main = writeScript('wrong.ts', 'export default {')
    await expect(serveWorker(main)).rejects.toThrow('wrong.ts')
  })
})
