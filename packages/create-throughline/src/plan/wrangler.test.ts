import { expect, test } from 'vitest'
import { makeFolder, readFiles, runCommand } from '../../test/project-folder.ts'

async function configure(path: string, text: string) {
  const folder = makeFolder({ 'src/index.js': 'export default {}\n', [path]: text, 'package.json': '{}' })
  const result = await runCommand(folder, '--yes', '--no-install')
  return { ...result, text: readFiles(folder)[path] }
}

const VARIABLE = 'OTEL_EXPORTER_OTLP_ENDPOINT = "http://localhost:4318"'

test.each([
  [
    'no variables and a new date',
    'name = "shop"\nmain = "src/index.js"\ncompatibility_date = "2026-08-04"\n',
    `name = "shop"\nmain = "src/index.js"\ncompatibility_date = "2026-08-04"\n\n[vars]\n${VARIABLE}\n`,
  ],
  [
    'an old date',
    'name = "shop"\nmain = "./src/index.js"\ncompatibility_date = 2026-08-03 # old\n\n[vars]\nA = "b"\n',
    `name = "shop"\nmain = "./src/index.js"\ncompatibility_date = 2026-08-03 # old\ncompatibility_flags = ["nodejs_compat"]\n\n[vars]\n${VARIABLE}\nA = "b"\n`,
  ],
  [
    'flags',
    'main = "src/index.js"\ncompatibility_flags = [ # all\n  "enable_request_signal",\n]\n',
    `main = "src/index.js"\ncompatibility_flags = ["nodejs_compat", # all\n  "enable_request_signal",\n]\n\n[vars]\n${VARIABLE}\n`,
  ],
  [
    'CRLF and an environment',
    'main = "src/index.js"\r\ncompatibility_flags = ["nodejs_als"]\r\n[env.test.vars]\r\nA = "b"\r\n',
    `main = "src/index.js"\r\ncompatibility_flags = ["nodejs_als"]\r\n[env.test.vars]\r\nA = "b"\r\n\r\n[vars]\r\n${VARIABLE}\r\n`,
  ],
])('a wrangler.toml with %s gets what is missing', async (_, before, after) => {
  const { status, text } = await configure('wrangler.toml', before)
  expect([status, text]).toEqual([0, after])
})

test.each([
  ['variables on one line', `main = "src/index.js"\ncompatibility_date = "2026-11-01"\nvars = { A = "b" }\n`],
  ['dotted variables', `main = "src/index.js"\ncompatibility_date = "2026-11-01"\nvars.A = "b"\n`],
])('a wrangler.toml with %s is left to the user', async (_, before) => {
  const { status, text, stderr } = await configure('wrangler.toml', before)
  expect([status, text]).toEqual([2, before])
  expect(stderr).toContain(VARIABLE)
})

test('a table in a text of several lines is not taken for a table', async () => {
  const before = 'main = "src/index.js"\ncompatibility_date = "2026-11-01"\nnote = """\n[vars]\n"""\n'
  const { status, text } = await configure('wrangler.toml', before)
  expect([status, text]).toEqual([2, before])
})

test('the comments and the trailing commas of a wrangler.jsonc are kept', async () => {
  const before = `{
\t// the entry
\t"main": "src/index.js",
\t"compatibility_date": "2026-01-01", /* old */
\t"compatibility_flags": ["global_fetch_strictly_public"],
\t"vars": {
\t\t"A": "b" // a letter
\t}, // all
}
`
  const { status, text } = await configure('wrangler.jsonc', before)
  expect(status).toBe(0)
  expect(text).toBe(
    before
      .replace('_public"]', '_public", "nodejs_compat"]')
      .replace(
        '"b" // a letter\n',
        '"b", // a letter\n\t\t"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"\n',
      ),
  )
})

test('an environment is named, because it does not inherit variables', async () => {
  const before = '{ "main": "src/index.js", "env": { "test": {} } }'
  const { stdout } = await configure('wrangler.json', before)
  expect(stdout).toContain('wrangler.json has environments')
})

test.each([
  ['flags of its own', 'compatibility_flags = ["a"]', '["a","nodejs_compat"]'],
  ['an older date', 'compatibility_date = "2026-01-01"', '["nodejs_compat"]'],
])('the flag of an environment with %s is left to the user', async (_, line, flags) => {
  const date = line.includes('date') ? '2026-11-01' : '2026-01-01'
  const { status, stderr } = await configure(
    'wrangler.toml',
    `main = "src/index.js"\ncompatibility_date = "${date}"\n\n[env.test]\n${line}\n\n[env.other]\n`,
  )
  expect(status).toBe(2)
  expect(stderr).toContain(
    `environment test (without it, the worker fails at start):\n\n  compatibility_flags = ${flags}\n`,
  )
  expect(stderr).not.toContain('environment other')
})

test.each([
  ['the second version of the flag stays alone', '2025-01-01', 'nodejs_compat_v2', '["nodejs_compat_v2"]'],
  [
    'a worker without Node.js gets AsyncLocalStorage',
    '2026-11-01',
    'no_nodejs_compat',
    '["nodejs_als", "no_nodejs_compat"]',
  ],
])('%s', async (_, date, flag, flags) => {
  const { text } = await configure(
    'wrangler.toml',
    `main = "src/index.js"\ncompatibility_date = "${date}"\ncompatibility_flags = ["${flag}"]\n`,
  )
  expect(text).toContain(`compatibility_flags = ${flags}\n`)
})

test('a configuration with a syntax error is refused', async () => {
  const { status, stderr, text } = await configure('wrangler.toml', 'main = src/index.js\n')
  expect([status, text]).toEqual([1, 'main = src/index.js\n'])
  expect(stderr).toBe('wrangler.toml has a syntax error. Fix it and run this again.\nNothing was changed.')
})
