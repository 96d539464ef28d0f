import { expect, test } from 'vitest'
import { type Files, makeFolder, readFiles, runCommand } from '../../test/project-folder.ts'

const WRANGLER = 'name = "shop"\nmain = "src/index.ts"\ncompatibility_date = "2026-11-01"\n'

async function trace(text: string, more: Files = {}) {
  const folder = makeFolder({
    ...{ 'src/index.ts': text, 'wrangler.toml': WRANGLER, 'package.json': '{}' },
    ...more,
  })
  const result = await runCommand(folder, '--yes', '--no-install')
  const files = readFiles(folder)
  return { ...result, files, text: files['src/index.ts'] }
}

const OPTIONS = "{ serviceName: 'shop' }"

test.each([
  [
    'a handler without types',
    'export default {\n  fetch: () => new Response(),\n}\n',
    `import { instrument, withRelay } from '@throughline/otel-edge'\n\nexport default withRelay(instrument({\n  fetch: () => new Response(),\n}, ${OPTIONS}))\n`,
  ],
  [
    'a constant',
    'const handler: ExportedHandler = {};\nexport default handler;\n',
    `import { instrument, withRelay } from '@throughline/otel-edge';\n\nconst handler: ExportedHandler = {};\nexport default withRelay(instrument(handler, ${OPTIONS}));\n`,
  ],
  [
    'an app of another module',
    "import app from './app.ts'\n\nexport default app\n",
    `import { instrument, withRelay } from '@throughline/otel-edge'\nimport app from './app.ts'\n\nexport default withRelay(instrument(app, ${OPTIONS}))\n`,
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
    `import { instrument, withRelay } from '@throughline/otel-edge'\n\nconst app = new Hono()\nexport default withRelay(instrument({ fetch: app.request, scheduled }, ${OPTIONS}))\n`,
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
  [
    'an app of another module and other handlers',
    "import app from './app.ts'\nexport default { fetch: app.fetch, queue }\n",
    `import { instrument, withRelay } from '@throughline/otel-edge'\nimport app from './app.ts'\nexport default withRelay(instrument({ fetch: app, queue }, ${OPTIONS}))\n`,
  ],
  [
    'an app with another type, which its `fetch` has to have',
    "import app from './app.ts'\nexport default { fetch: app.fetch } as ExportedHandler<Env>\n",
    `import { instrument, withRelay } from '@throughline/otel-edge'\nimport app from './app.ts'\nexport default withRelay(instrument({ fetch: app.fetch } as ExportedHandler<Env>, ${OPTIONS}))\n`,
  ],
  [
    'a handler with types and `fetch`',
    'export default {\n\tasync fetch(request, env) {\n\t\treturn new Response("hi");\n\t},\n} satisfies ExportedHandler<Env>;\n',
    `import { instrument, withRelay } from "@throughline/otel-edge";\n\nexport default withRelay(instrument<Env>({\n\tasync fetch(request, env) {\n\t\treturn new Response("hi");\n\t},\n}, ${OPTIONS.replaceAll("'", '"')}));\n`,
  ],
  [
    'an instance of a class',
    'class Api {\n  fetch() {}\n}\nconst api = new Api()\nexport default api\n',
    `import { instrument, withRelay } from '@throughline/otel-edge'\n\nclass Api {\n  fetch() {}\n}\nconst api = new Api()\nexport default withRelay(instrument(api, ${OPTIONS}))\n`,
  ],
  [
    'a handler with a spread, which may have `fetch`',
    'export default { ...handlers }\n',
    `import { instrument, withRelay } from '@throughline/otel-edge'\n\nexport default withRelay(instrument({ ...handlers }, ${OPTIONS}))\n`,
  ],
  [
    'the consumer of a queue, which needs no relay',
    'const withRelay = 1\nexport default { async queue() {} }\n',
    `import { instrument } from '@throughline/otel-edge'\n\nconst withRelay = 1\nexport default instrument({ async queue() {} }, ${OPTIONS})\n`,
  ],
])('%s is traced', async (_, before, after) => {
  const { status, text } = await trace(before)
  expect([status, text]).toEqual([0, after])
})

const HONO = "import { Hono } from 'hono'\n"
const IMPORT = "import { otlpRelay, tracing } from '@throughline/otel-edge'\n"
const RELAY = ".post('/v1/traces', otlpRelay())"
const USE = `.use(tracing(${OPTIONS}))`

test.each([
  [
    'with calls on one line',
    "const app = new Hono().use(logger()).get('/x', x)\nexport default app\n",
    `const app = new Hono()${RELAY}${USE}.use(logger()).get('/x', x)\nexport default app\n`,
  ],
  [
    'with calls on lines of their own',
    "const app = new Hono() // the app\n  // logs\n  .use(logger())\n  .get('/x', x)\n\nexport type App = typeof app\nexport default app\n",
    `const app = new Hono() // the app\n  ${RELAY}\n  ${USE}\n  // logs\n  .use(logger())\n  .get('/x', x)\n\nexport type App = typeof app\nexport default app\n`,
  ],
  [
    'that is exported directly',
    "export default new Hono().get('/x', x)\n",
    `export default new Hono()${RELAY}${USE}.get('/x', x)\n`,
  ],
  [
    'that is exported without calls',
    'export default new Hono()\n',
    `export default new Hono()${RELAY}${USE}\n`,
  ],
  [
    'with a base path, which the relay does not have',
    "const app = new Hono<Env>({ strict: false })\n  .basePath('/api')\n  .get('/x', x)\nexport default app\n",
    `const app = new Hono<Env>({ strict: false })\n  ${RELAY}\n  ${USE}\n  .basePath('/api')\n  .get('/x', x)\nexport default app\n`,
  ],
  [
    'whose routes are another constant',
    "const app = new Hono()\nconst routes = app.basePath('/api').get('/x', x)\nexport default routes\n",
    `const app = new Hono()\napp${RELAY}\napp${USE}\nconst routes = app.basePath('/api').get('/x', x)\nexport default routes\n`,
  ],
  [
    'whose base is another constant',
    "const base = new Hono().use(a)\nconst app = base.get('/x', x)\nexport default { fetch: app.fetch }\n",
    `const base = new Hono()${RELAY}${USE}.use(a)\nconst app = base.get('/x', x)\nexport default { fetch: app.fetch }\n`,
  ],
  [
    'with dots at the ends of lines',
    "export default new Hono().\n  get('/x', x)\n",
    `export default new Hono()${RELAY}${USE}.\n  get('/x', x)\n`,
  ],
  [
    'in parentheses',
    "export default (new Hono()).get('/x', x) satisfies Hono\n",
    `export default (new Hono()${RELAY}${USE}).get('/x', x) satisfies Hono\n`,
  ],
  [
    'that is exported by its name',
    "const app = new Hono().get('/x', x)\nexport { app as default }\n",
    `const app = new Hono()${RELAY}${USE}.get('/x', x)\nexport { app as default }\n`,
  ],
])('an app of Hono %s is traced', async (_, before, after) => {
  const { status, text } = await trace(HONO + before)
  expect([status, text]).toEqual([0, IMPORT + HONO + after])
})

test.each([
  ['another name', "import { Hono as App } from 'hono'\n", 'App'],
  ['a namespace', "import * as hono from 'hono'\n", 'hono.Hono'],
  ['a preset', "import { Hono } from 'hono/tiny'\n", 'Hono'],
])('an app of Hono that is imported by %s is traced', async (_, imported, name) => {
  const { status, text } = await trace(`${imported}export default new ${name}().get('/x', x)\n`)
  expect([status, text]).toEqual([
    0,
    `${IMPORT}${imported}export default new ${name}()${RELAY}${USE}.get('/x', x)\n`,
  ])
})

test('an app of Hono with calls and other handlers is traced', async () => {
  const { status, text } = await trace(
    `${HONO}const app = new Hono().get('/x', x)\nexport default { fetch: app.fetch, queue }\n`,
  )
  expect([status, text]).toEqual([
    0,
    `import { instrument, otlpRelay } from '@throughline/otel-edge'\n${HONO}const app = new Hono()${RELAY}.get('/x', x)\nexport default instrument({ fetch: app, queue }, ${OPTIONS})\n`,
  ])
})

test.each([
  ['a function that makes it', "export default createApp().get('/x', x)\n", "createApp().get('/x', x)"],
  ['a method that is not of Hono', 'export default new Hono().build()\n', 'new Hono().build()'],
  ['no parentheses', 'export default new Hono;\n', 'new Hono'],
  [
    'calls of `openapi`',
    'export default new OpenAPIHono().openapi(r, h)\n',
    'new OpenAPIHono().openapi(r, h)',
  ],
  [
    'a name that tracing needs',
    "const tracing = 1\nexport default new Hono().get('/x', x)\n",
    "new Hono().get('/x', x)",
  ],
  ['a variable that may change', 'let app = new Hono()\nexport default app\n', 'app'],
  ['a constant of itself', 'const app = app\nexport default app\n', 'app'],
  ['a constant of its own method', "const app = app.get('/', x)\nexport default app\n", 'app'],
  [
    'constants of each other',
    'const app = base.use(a)\nconst base = app.use(b)\nexport default app\n',
    'app',
  ],
  ['a computed method', "export default new Hono()[a]('/x', x)\n", "new Hono()[a]('/x', x)"],
  ['a method by a text', "export default new Hono()['get']('/x', x)\n", "new Hono()['get']('/x', x)"],
  ['a class of its own', 'class Api extends Hono {}\nexport default new Api()\n', 'new Api()'],
])('an app of Hono with %s is wrapped, and gets the relay', async (_, before, value) => {
  const { status, text } = await trace(HONO + before)
  expect(status).toBe(0)
  expect(text).toContain(`\nexport default withRelay(instrument(${value}, ${OPTIONS}))`)
})

test('an app with a route for spans keeps it, and gets no relay', async () => {
  const route = ".post('/v1/traces', forward)"
  const app = await trace(`${HONO}export default new Hono()${route}\n`)
  expect(app.text).toBe(
    `${IMPORT.replace('otlpRelay, ', '')}${HONO}export default new Hono()${USE}${route}\n`,
  )
  const plain =
    "export default { fetch: (r) => (new URL(r.url).pathname === '/v1/traces' ? forward(r) : site(r)) }\n"
  expect((await trace(plain)).text).toMatch(
    /^import \{ instrument \} from .*\n\nexport default instrument\(\{/,
  )
})

test('a semicolon that protects the next statement stays there', async () => {
  const before =
    "const app = new Hono() // app\n;['/a', '/b'].forEach((path) => app.get(path, x))\nexport default app\n"
  const { status, text } = await trace(HONO + before)
  const calls = `\napp${RELAY}\napp${USE}`
  expect([status, text]).toEqual([0, IMPORT + HONO + before.replace('// app', `// app${calls}`)])
})

test('an app of OpenAPI that is created by a statement is traced', async () => {
  const imported = "import { OpenAPIHono } from '@hono/zod-openapi'\n"
  const { status, text } = await trace(`${imported}const app = new OpenAPIHono()\nexport default app\n`)
  expect([status, text]).toEqual([
    0,
    `${IMPORT}${imported}const app = new OpenAPIHono()\napp${RELAY}\napp${USE}\nexport default app\n`,
  ])
})

test('a worker that is no module is left to the user, who is asked to make it one', async () => {
  const { status, stderr } = await trace("addEventListener('fetch', () => {})\n")
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('Make the worker a module, and wrap the default export'),
  ])
})

test('the default export of another module is traced there', async () => {
  const before = "export { default } from './app.ts'\nexport { Cart } from './cart.ts'\n"
  const app = `${HONO}export default new Hono().get('/x', x)\n`
  const { status, text, files } = await trace(before, { 'src/app.ts': app })
  expect([status, text]).toEqual([0, before])
  expect(files['src/app.ts']).toBe(`${IMPORT}${HONO}export default new Hono()${RELAY}${USE}.get('/x', x)\n`)
})

test('modules that export the default of each other are left to the user', async () => {
  const { status } = await trace("export { default } from './a.ts'\n", {
    'src/a.ts': "export { default } from './index.ts'\n",
  })
  expect(status).toBe(2)
})

test('an app that its own module traces is left', async () => {
  const before = "import app from './app.ts'\n\nexport default app\n"
  const { status, text } = await trace(before, {
    'src/app.ts': `${IMPORT}${HONO}const app = new Hono().use(tracing())\nexport default app\n`,
  })
  expect([status, text]).toEqual([0, before])
})

test('a worker that is traced without a relay is named', async () => {
  const { stdout } = await trace(
    "import { instrument } from '@throughline/otel-edge'\nexport default instrument({ fetch })\n",
  )
  expect(stdout).toContain('To receive spans of pages, add a relay to src/index.ts')
})

test.each([
  ['a function', 'export default (request) => new Response()\n'],
  ['the function of an app', 'const app = new Hono()\nexport default app.fetch\n'],
  ['no default export', "addEventListener('fetch', () => {})\n"],
  ['a name that tracing needs', 'const instrument = 1\nexport default {}\n'],
  ['a name that the relay needs', 'const withRelay = 1\nexport default { fetch() {} }\n'],
  ['a handler that is exported by its name', 'const a = { fetch() {} }\nexport { a as default }\n'],
  ['a syntax error', 'export default {\n'],
])('a worker with %s is left to the user', async (_, before) => {
  const { status, stderr, text } = await trace(before)
  expect(text).toBe(before)
  expect(status).toBe(2)
  expect(stderr).toContain("export default withRelay(instrument(handler, { serviceName: 'shop' }));")
})

test.each([
  ['a class', 'export default class extends WorkerEntrypoint {}\n', 'Entrypoint'],
  ['a class by its name', 'class Api {}\nexport default Api\n', 'Api'],
  ['a class that is exported as the default', 'class Api {}\nexport { Api as default }\n', 'Api'],
  ['a class of another module', "import { Api } from './api.js'\nexport default Api\n", 'Api'],
  ['a class expression', 'export default (class Api {})\n', 'Api'],
  ['a class expression without a name', 'export default (class {})\n', 'Entrypoint'],
  ['a class among other exports', 'class Api {}\nconst b = 1\nexport { b, Api as default }\n', 'Api'],
  ['an abstract class with types', 'export default abstract class Api<A> extends B<A> {}\n', 'Api'],
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

test.each([
  [
    'a type that is no name',
    'export default { fetch } satisfies { fetch: A }\n',
    '{ fetch } satisfies { fetch: A }',
  ],
  [
    'a type of a namespace',
    'export default { fetch } satisfies c.ExportedHandler\n',
    '{ fetch } satisfies c.ExportedHandler',
  ],
  ['another type', 'export default { fetch } satisfies Handler<Env>\n', '{ fetch } satisfies Handler<Env>'],
  ['a type assertion', 'export default <Handler>{ fetch }\n', '<Handler>{ fetch }'],
  ['a fetch of its own', 'export default { fetch: a[fetch] }\n', '{ fetch: a[fetch] }'],
  ['a fetch of a member', 'export default { fetch: a.b.fetch }\n', '{ fetch: a.b.fetch }'],
  ['a bound fetch', 'export default { fetch: a.fetch.bind(a) }\n', '{ fetch: a.fetch.bind(a) }'],
  ['a call', 'export default withSentry(() => ({}), { fetch })\n', 'withSentry(() => ({}), { fetch })'],
  ['a conditional handler', 'export default a ? b : c\n', 'a ? b : c'],
])('a handler with %s is wrapped as it is', async (_, before, value) => {
  const { status, text } = await trace(before)
  expect([status, text]).toEqual([
    0,
    `import { instrument, withRelay } from '@throughline/otel-edge'\n\nexport default withRelay(instrument(${value}, ${OPTIONS}))\n`,
  ])
})

test.each([
  ['another name of a module', "export { app as default } from './app.ts'\n"],
  ['a module of a package', "export { default } from '@acme/worker'\n"],
  ['a module that does not exist', "export { default } from './none.ts'\n"],
  ['all of a module', "export * from './app.ts'\n"],
])('a worker that exports %s is left to the user', async (_, before) => {
  const { status, text, files } = await trace(before, { 'src/app.ts': 'export default {}\n' })
  expect([status, text, files['src/app.ts']]).toEqual([2, before, 'export default {}\n'])
})
