import { expect, test } from 'vitest'
import { type Files, makeFolder, readFiles, runCommand } from '../../test/project-folder.ts'

const WRANGLER = 'name = "shop"\nmain = "src/index.ts"\ncompatibility_date = "2026-11-01"\n'

async function trace(text: string, more: Files = {}) {
  const folder = makeFolder({
    ...{ 'src/index.ts': text, 'wrangler.toml': WRANGLER, 'package.json': '{}' },
    ...more,
  })
  const result = await runCommand(folder, '--yes', '--no-install')
  return { ...result, text: readFiles(folder)['src/index.ts'] }
}

const OPTIONS = "{ serviceName: 'shop' }"

test.each([
  [
    'a handler without types',
    'export default {\n  fetch: () => new Response(),\n}\n',
    `import { instrument } from '@throughline/otel-edge'\n\nexport default instrument({\n  fetch: () => new Response(),\n}, ${OPTIONS})\n`,
  ],
  [
    'a constant',
    'const handler: ExportedHandler = {};\nexport default handler;\n',
    `import { instrument } from '@throughline/otel-edge';\n\nconst handler: ExportedHandler = {};\nexport default instrument(handler, ${OPTIONS});\n`,
  ],
  [
    'an app of another module',
    "import app from './app.ts'\n\nexport default app\n",
    `import { instrument } from '@throughline/otel-edge'\nimport app from './app.ts'\n\nexport default instrument(app, ${OPTIONS})\n`,
  ],
  [
    'a Hono app and other handlers',
    "import { Hono } from 'hono'\nconst app = new Hono()\nexport default { fetch: app.fetch, scheduled } satisfies ExportedHandler<Env>\n",
    `import { instrument, otlpRelay } from '@throughline/otel-edge'\nimport { Hono } from 'hono'\nconst app = new Hono()\napp.post('/v1/traces', otlpRelay())\nexport default instrument<Env>({ fetch: app, scheduled }, ${OPTIONS})\n`,
  ],
  [
    'a handler below its documentation',
    '/** @type {ExportedHandler} */\nexport default {}\n',
    `import { instrument } from '@throughline/otel-edge'\n\n/** @type {ExportedHandler} */\nexport default instrument({}, ${OPTIONS})\n`,
  ],
  [
    'a handler below a documentation of the file',
    '/**\n * Welcome\n */\n\nexport default {}\n',
    `/**\n * Welcome\n */\n\nimport { instrument } from '@throughline/otel-edge'\n\nexport default instrument({}, ${OPTIONS})\n`,
  ],
  [
    'a class with decorators beside the handler',
    'export class Chat extends Agent {\n  @callable()\n  add() {}\n}\nexport default {}\n',
    `import { instrument } from '@throughline/otel-edge'\n\nexport class Chat extends Agent {\n  @callable()\n  add() {}\n}\nexport default instrument({}, ${OPTIONS})\n`,
  ],
  [
    'a handler in parentheses',
    'export default ({}) satisfies ExportedHandler<Env>;\n',
    `import { instrument } from '@throughline/otel-edge';\n\nexport default instrument<Env>(({}), ${OPTIONS});\n`,
  ],
  [
    'a member of a Hono app that is not its `fetch`',
    'const app = new Hono()\nexport default { fetch: app.request, scheduled }\n',
    `import { instrument } from '@throughline/otel-edge'\n\nconst app = new Hono()\nexport default instrument({ fetch: app.request, scheduled }, ${OPTIONS})\n`,
  ],
  [
    'a handler below a comment with the name of a function',
    '// No tracing\n\nexport default {}\n',
    `// No tracing\n\nimport { instrument } from '@throughline/otel-edge'\n\nexport default instrument({}, ${OPTIONS})\n`,
  ],
  [
    'a handler with a type of three parameters, which `instrument` has not',
    'export default {} satisfies ExportedHandler<Env, Message, Properties>\n',
    `import { instrument } from '@throughline/otel-edge'\n\nexport default instrument({} satisfies ExportedHandler<Env, Message, Properties>, ${OPTIONS})\n`,
  ],
])('%s is traced', async (_, before, after) => {
  const { status, text } = await trace(before)
  expect([status, text]).toEqual([0, after])
})

test.each([
  ['no default export', "addEventListener('fetch', () => {})\n"],
  ['a name that tracing needs', 'const tracing = 1\nexport default {}\n'],
  ['a syntax error', 'export default {\n'],
])('a worker with %s is left to the user', async (_, before) => {
  const { status, stderr, text } = await trace(before)
  expect(text).toBe(before)
  expect(status).toBe(2)
  expect(stderr).toContain("export default instrument(handler, { serviceName: 'shop' });")
})

test.each([
  ['a class', 'export default class extends WorkerEntrypoint {}\n', 'Entrypoint'],
  ['a class by its name', 'class Api {}\nexport default Api\n', 'Api'],
  ['a class that is exported as the default', 'class Api {}\nexport { Api as default }\n', 'Api'],
  ['a class of another module', "import { Api } from './api.js'\nexport default Api\n", 'Api'],
])('%s is left to the user, with the function for classes', async (_, before, name) => {
  const { status, stderr, text } = await trace(before, { 'src/api.ts': 'export class Api {}\n' })
  expect([status, text]).toEqual([2, before])
  expect(stderr).toContain("import { instrumentEntrypoint } from '@throughline/otel-edge';")
  expect(stderr).toContain(`export default instrumentEntrypoint(${name}, ${OPTIONS});`)
})

test('the classes of a worker that its bindings name are named', async () => {
  const before = "export { Cart } from './cart.ts'\nexport default {}\n"
  const binding = '[[durable_objects.bindings]]\nname = "CART"\nclass_name = "Cart"\n'
  const own = await trace(before, { 'wrangler.toml': WRANGLER + binding })
  expect(own.stdout).toContain('Wrap the classes that src/index.ts exports')
  const other = await trace(before, { 'wrangler.toml': `${WRANGLER}${binding}script_name = "cart"\n` })
  expect(other.stdout).not.toContain('Wrap the classes')
})

test('the pages that a worker serves are named', async () => {
  const { stdout } = await trace('export default {}\n', {
    'public/index.html': '<html></html>',
    'wrangler.toml': `${WRANGLER}[assets]\ndirectory = "./public/"\n`,
  })
  expect(stdout).toContain('public/index.html is not traced.')
})

test('the classes of a worker are named', async () => {
  const { stdout } = await trace(
    "import { DurableObject } from 'cloudflare:workers'\nexport class Cart extends DurableObject {}\nexport default {}\n",
  )
  expect(stdout).toContain('Wrap the classes that src/index.ts exports')
})
