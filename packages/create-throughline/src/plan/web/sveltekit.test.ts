import { describe, expect, test } from 'vitest'
import { type Files, makeFolder, readFiles, runCommand } from '../../../test/project-folder.ts'
import { TEMPLATES } from '../../../test/templates.ts'

const { 'vite.config.ts': CONFIG, ...APP } = TEMPLATES.sveltekit
const JAVASCRIPT: Files = {
  'package.json': '{ "name": "kit", "dependencies": { "@sveltejs/kit": "3", "vite": "8" } }\n',
  'vite.config.js': 'export default { plugins: [] }\n',
}
const HOOKS = 'src/hooks.client.js'

async function run(files: Files) {
  const folder = makeFolder(files)
  const result = await runCommand(folder, '--yes', '--no-install')
  const after = readFiles(folder)
  const second = await runCommand(folder, '--yes', '--no-install')
  expect([second.status, readFiles(folder)]).toEqual([result.status, after])
  return { ...result, files: after }
}

/** The hooks of an app of JavaScript, afterwards. */
const withHooks = async (text: string) => (await run({ ...JAVASCRIPT, [HOOKS]: text })).files[HOOKS]

const IMPORT = "import { startTracing } from '@throughline/otel-web'\n"
const CALL = "startTracing({ serviceName: 'kit' })\n"
const HANDLER = `// SvelteKit catches errors of load functions and of rendering.
export const handleError = ({ error, status }) => {
  if (status === 500) tracing.recordError(error)
}
`

test('an app of TypeScript gets hooks with a type, in the style of its configuration', async () => {
  const { status, files } = await run({ ...APP, 'vite.config.ts': CONFIG })
  expect(status).toBe(0)
  expect(files['src/hooks.client.ts']).toBe(
    "import type { HandleClientError } from '@sveltejs/kit';\nimport { startTracing } from '@throughline/otel-web';\n\n" +
      "const tracing = startTracing({ serviceName: 'kit' });\n\n// SvelteKit catches errors of load functions and of rendering.\n" +
      'export const handleError: HandleClientError = ({ error, status }) => {\n\tif (status === 500) tracing.recordError(error);\n};\n',
  )
})

test('an app of JavaScript gets hooks without types', async () => {
  const { status, files } = await run(JAVASCRIPT)
  expect([status, files[HOOKS]]).toEqual([0, `${IMPORT}\nconst tracing = ${CALL}\n${HANDLER}`])
})

describe('hooks of the app are extended', () => {
  test.each([
    [
      'with an import',
      "import a from 'a'\n\na()\n",
      `import a from 'a'\n${IMPORT}\nconst tracing = ${CALL}\na()\n\n${HANDLER}`,
    ],
    ['without an import', 'a()\n', `${IMPORT}\nconst tracing = ${CALL}\na()\n\n${HANDLER}`],
    ['with only an import', "import 'a'", `import 'a'\n${IMPORT}\nconst tracing = ${CALL}\n${HANDLER}`],
    [
      'with a comment behind the last import',
      "import a from 'a' // b\na()\n",
      `import a from 'a' // b\n${IMPORT}\nconst tracing = ${CALL}a()\n\n${HANDLER}`,
    ],
    [
      'with a parenthesis behind the last import',
      "import 'a'\nimport 'b';\n(c)()\n",
      `import 'a'\nimport 'b';\n${IMPORT.replace('\n', ';\n')}\nconst tracing = ${CALL.replace('\n', ';\n')}(c)()\n\n${HANDLER}`,
    ],
    [
      'with code behind the last import',
      "import 'a'; b()\n",
      `import 'a';\n${IMPORT.replace('\n', ';\n')}\nconst tracing = ${CALL.replace('\n', '; b()\n')}\n${HANDLER.replaceAll(')\n', ');\n').replace('}\n', '};\n')}`,
    ],
    [
      'with a comment at the end',
      'a()\n// b\n\n\n',
      `${IMPORT}\nconst tracing = ${CALL}\na()\n// b\n\n${HANDLER}`,
    ],
    ['with only a comment', '// none\n', `// none\n\n${IMPORT}\nconst tracing = ${CALL}\n${HANDLER}`],
    ['that are empty', '', `${IMPORT}\nconst tracing = ${CALL}\n${HANDLER}`],
    [
      'with a handler',
      'export function handleError() {}\n',
      `${IMPORT}\n${CALL}\nexport function handleError() {}\n`,
    ],
    [
      'with the name of tracing',
      "import tracing from 'a'\ntracing()\n",
      `import tracing from 'a'\n${IMPORT}\n${CALL}tracing()\n`,
    ],
    [
      'with CRLF',
      "import a from 'a'\r\n",
      `import a from 'a'\n${IMPORT}\nconst tracing = ${CALL}\n${HANDLER}`.replaceAll('\n', '\r\n'),
    ],
  ])('%s', async (_, before, after) => {
    expect(await withHooks(before)).toBe(after)
  })

  test.each([
    ['start tracing', "import { startTracing } from '@throughline/otel-web'\nstartTracing({})\n"],
    ['import a module that does', "import '$lib/tracing'\n"],
  ])('unless they %s', async (_, text) => {
    const tracing = "import { startTracing } from '@throughline/otel-web'\nstartTracing({})\n"
    const { files } = await run({ ...JAVASCRIPT, [HOOKS]: text, 'src/lib/tracing.js': tracing })
    expect(files[HOOKS]).toBe(text)
  })

  test('unless they have a syntax error: the lines are printed', async () => {
    const { status, stderr, files } = await run({ ...JAVASCRIPT, [HOOKS]: 'import {' })
    expect([status, files[HOOKS]]).toEqual([2, 'import {'])
    expect(stderr).toContain(`${HOOKS}: Start tracing in the client hooks:`)
  })

  test.each(['src/hooks.client.ts', 'src/hooks.client/index.ts', 'src/hooks.client/index.js'])(
    'in the file %s',
    async (path) => {
      const { files } = await run({ ...JAVASCRIPT, [path]: 'a()\n' })
      expect(files[path]).toContain('startTracing(')
      expect(files[HOOKS]).toBeUndefined()
      expect(files[path]?.includes('HandleClientError')).toBe(path.endsWith('.ts'))
    },
  )
})

test('an app without a configuration of Vite is refused', async () => {
  const folder = makeFolder(APP)
  const { status, stderr } = await runCommand(folder, '--yes', '--no-install')
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('This SvelteKit app has no Vite configuration.'),
  ])
})
