import { describe, expect, test } from 'vitest'
import { type Files, makeFolder, readFiles, runCommand } from '../../../test/project-folder.ts'
import { TEMPLATES } from '../../../test/templates.ts'
import { addProxy } from '../vite-config.ts'
import { addScript } from './astro.ts'
import { addRewrite } from './nextjs.ts'

async function run(files: Files) {
  const folder = makeFolder(files)
  const result = await runCommand(folder, '--yes', '--no-install')
  return { ...result, files: readFiles(folder) }
}

const COLLECTOR = "const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
const REWRITES = "rewrites: async () => [{ source: '/v1/traces', destination: `${collector}/v1/traces` }]"

describe('the rewrite of Next.js is added', () => {
  test.each([
    [
      'to a function for each phase',
      'module.exports = (phase) => {\n  return {\n    a: 1,\n  }\n}\n',
      `${COLLECTOR}\n\nmodule.exports = (phase) => {\n  return {\n    a: 1,\n    ${REWRITES},\n  }\n}\n`,
    ],
    [
      'to an asynchronous function',
      'export default async () => ({ a: 1 })\n',
      `${COLLECTOR}\n\nexport default async () => ({ a: 1, ${REWRITES} })\n`,
    ],
    [
      'below a directive',
      "'use strict'\nmodule.exports = { a: 1 }\n",
      `'use strict'\n${COLLECTOR}\n\nmodule.exports = { a: 1, ${REWRITES} }\n`,
    ],
    [
      'below the last import and its comment',
      "import a from 'a'\nimport b from 'b' // c\nexport default { a }\n",
      `import a from 'a'\nimport b from 'b' // c\n\n${COLLECTOR}\nexport default { a, ${REWRITES} }\n`,
    ],
    [
      'above a parenthesis, with a semicolon',
      "(await import('./env.mjs')).load()\nexport default { a: 1 }\n",
      `${COLLECTOR};\n\n(await import('./env.mjs')).load()\nexport default { a: 1, ${REWRITES} }\n`,
    ],
    [
      'to a constant with other members that are set',
      'const c = { a: 1 }\nexport default c\n',
      `${COLLECTOR}\n\nconst c = { a: 1, ${REWRITES} }\nexport default c\n`,
    ],
    [
      'beside redirects and headers',
      'export default {\n  async redirects() {\n    return []\n  },\n  headers: async () => [],\n}\n',
      `${COLLECTOR}\n\nexport default {\n  async redirects() {\n    return []\n  },\n  headers: async () => [],\n  ${REWRITES},\n}\n`,
    ],
    [
      'with CRLF and tabs',
      'export default {\r\n\ta: 1,\r\n}\r\n',
      `${COLLECTOR}\r\n\r\nexport default {\r\n\ta: 1,\r\n\t${REWRITES},\r\n}\r\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(addRewrite('next.config.mjs', before)).toBe(after)
    expect(addRewrite('next.config.mjs', after)).toBe(after)
  })

  test.each([
    ['conditions', 'export default a ? {} : { b }\n'],
    ['a getter', 'export default { get rewrites() { return a } }\n'],
    ['rewrites in quotes', "export default { 'rewrites': a }\n"],
    ['rewrites that are set later', 'const c = {}\nc.rewrites = a\nexport default c\n'],
    ['a wrapper around a constant', 'const c = {}\nexport default withMDX(c)\n'],
    ['wrappers around a function', 'module.exports = withA(withB(() => ({})))\n'],
    ['plugins in a chain', 'module.exports = () => plugins.reduce((all, next) => next(all), {})\n'],
    ['a class', 'export default class {}\n'],
    ['no export', 'const c = {}\n'],
  ])('not to a configuration with %s', (_, text) => {
    expect(addRewrite('next.config.mjs', text)).toBeUndefined()
  })
})

describe('the client instrumentation of Next.js', () => {
  const IMPORT = "import { startTracing } from '@throughline/otel-web'"
  const CALL = "export const tracing = startTracing({ serviceName: 'my-app' })"

  test.each([
    [
      'with code that is called in place',
      '(function () {})()\n',
      `${IMPORT};\n\n${CALL};\n\n(function () {})()\n`,
    ],
    ['without an import', 'a()\n', `${IMPORT}\n\n${CALL}\n\na()\n`],
    ['with a comment behind its import', "import 'a' // b\n", `import 'a' // b\n${IMPORT}\n\n${CALL}\n`],
    [
      'with the name of tracing',
      "import { tracing } from 'a'\ntracing()\n",
      `import { tracing } from 'a'\n${IMPORT}\n\n${CALL.replace('export const tracing = ', '')}\ntracing()\n`,
    ],
    ['that is empty', '', `${IMPORT}\n\n${CALL}\n`],
    ['that starts tracing', `${IMPORT}\nstartTracing({})\n`, `${IMPORT}\nstartTracing({})\n`],
  ])('%s is extended', async (_, before, after) => {
    const { files } = await run({ ...TEMPLATES.nextjs, 'instrumentation-client.js': before })
    expect(files['instrumentation-client.js']).toBe(after)
  })

  test.each([
    ['src/instrumentation-client.tsx', 'instrumentation-client.js'],
    ['instrumentation-client.jsx', 'src/instrumentation-client.css'],
  ])('in %s is used, and not %s', async (path, other) => {
    const { files } = await run({ ...TEMPLATES.nextjs, [path]: 'a()\n', [other]: 'b()\n' })
    expect([files[path]?.includes('startTracing('), files[other]]).toEqual([true, 'b()\n'])
  })

  test('with a syntax error is left, and the lines are printed', async () => {
    const { status, stderr, files } = await run({
      ...TEMPLATES.nextjs,
      'instrumentation-client.ts': 'import {',
    })
    expect([status, files['instrumentation-client.ts']]).toEqual([2, 'import {'])
    expect(stderr).toContain('instrumentation-client.ts: Start tracing in the client instrumentation:')
  })
})

describe('the settings of Vite in a configuration of Astro', () => {
  const ENTRY = "'/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"

  test.each([
    [
      'are created in an empty object',
      'export default defineConfig({})\n',
      `export default defineConfig({\n  vite: {\n    server: { proxy: { ${ENTRY} } },\n  },\n})\n`,
    ],
    [
      'are extended',
      'export default defineConfig({ vite: { plugins: [] } })\n',
      `export default defineConfig({ vite: { plugins: [], server: { proxy: { ${ENTRY} } } } })\n`,
    ],
    [
      'are those of a constant',
      'const vite = { plugins: [] }\nexport default { vite }\n',
      `const vite = { plugins: [], server: { proxy: { ${ENTRY} } } }\nexport default { vite }\n`,
    ],
    [
      'are beside the server of Astro',
      'export default { server: { port: 1 } }\n',
      `export default { server: { port: 1 }, vite: { server: { proxy: { ${ENTRY} } } } }\n`,
    ],
    [
      'have the entry first',
      "export default { vite: { server: { proxy: { '/': 'a' } } } }\n",
      `export default { vite: { server: { proxy: { ${ENTRY}, '/': 'a' } } } }\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(addProxy('astro.config.mjs', before, 'astro')).toBe(after)
    expect(addProxy('astro.config.mjs', after, 'astro')).toBe(after)
  })

  test.each([
    ['a call', 'export default { vite: makeVite() }\n'],
    ['a spread', 'export default { ...base }\n'],
    ['a member that is set later', 'const c = {}\nc.vite = {}\nexport default c\n'],
  ])('are left with %s', (_, text) => {
    expect(addProxy('astro.config.mjs', text, 'astro')).toBeUndefined()
  })
})

describe('the script of an Astro page', () => {
  const LINE = "import '../tracing.ts';"

  test.each([
    [
      'is added to a script on one line',
      '<head>\n  <script>a()</script>\n</head>\n',
      `<head>\n  <script>\n    ${LINE}\n    a()</script>\n</head>\n`,
    ],
    [
      'is below a title on several lines',
      '<head>\n  <title>\n    a\n  </title>\n</head>\n',
      `<head>\n  <title>\n    a\n  </title>\n  <script>\n    ${LINE}\n  </script>\n</head>\n`,
    ],
    [
      'is first in a head of components',
      '<head>\n  <BaseHead />\n</head>\n',
      `<head>\n  <script>\n    ${LINE}\n  </script>\n  <BaseHead />\n</head>\n`,
    ],
    [
      'is not in the code above the template',
      '---\nconst a = "<head>"\n---\n<head>\n</head>\n',
      `---\nconst a = "<head>"\n---\n<head>\n  <script>\n    ${LINE}\n  </script>\n</head>\n`,
    ],
    [
      'has CRLF',
      '---\r\n---\r\n<head>\r\n  <title>a</title>\r\n</head>\r\n',
      `---\r\n---\r\n<head>\r\n  <title>a</title>\r\n  <script>\r\n    ${LINE}\r\n  </script>\r\n</head>\r\n`,
    ],
    [
      'is not in a script of the body',
      '<head>\n</head>\n<body>\n<script>a()</script>\n</body>\n',
      `<head>\n  <script>\n    ${LINE}\n  </script>\n</head>\n<body>\n<script>a()</script>\n</body>\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(addScript(before, LINE)).toBe(after)
    expect(addScript(after, LINE)).toBe(after)
  })

  test.each([
    ['with double quotes', 'import "../tracing.ts"'],
    ['without a semicolon', "import '../tracing.ts'"],
    ['as the command writes it', LINE],
  ])('is not added again to a page that imports tracing %s', (_, line) => {
    const page = `<head>\n  <script>\n    ${line}\n  </script>\n</head>\n`
    expect(addScript(page, LINE)).toBe(page)
  })

  test('is in each page with a head, and in no component', async () => {
    const page = TEMPLATES.astro['src/pages/index.astro']
    const { status, files } = await run({
      ...TEMPLATES.astro,
      'src/layouts/deep/Base.astro': page,
      'src/components/Card.astro': '<p>a</p>\n',
      'test/Page.astro': page,
    })
    expect(status).toBe(0)
    expect(files['src/pages/index.astro']).toContain("import '../tracing.ts';")
    expect(files['src/layouts/deep/Base.astro']).toContain("import '../../tracing.ts';")
    expect([files['src/components/Card.astro'], files['test/Page.astro']]).toEqual(['<p>a</p>\n', page])
  })

  test('is not added where a page starts tracing itself', async () => {
    const page = TEMPLATES.astro['src/pages/index.astro'].replace(
      '</head>',
      "\t<script>\n\t\timport { startTracing } from '@throughline/otel-web'\n\t\tstartTracing({})\n\t</script>\n\t</head>",
    )
    const { status, files } = await run({ ...TEMPLATES.astro, 'src/pages/index.astro': page })
    expect([status, files['src/pages/index.astro']]).toEqual([0, page])
    expect(files).not.toHaveProperty('src/tracing.ts')
    const other = TEMPLATES.astro['src/pages/index.astro']
    const both = await run({ ...TEMPLATES.astro, 'src/pages/index.astro': page, 'src/pages/b.astro': other })
    expect(both.files['src/pages/index.astro']).toBe(page)
    expect(both.files['src/pages/b.astro']).toContain("import '../tracing.ts';")
  })
})

describe('the plugin of Nuxt', () => {
  const CONFIG = (options: string) => ({
    'nuxt.config.ts': `export default defineNuxtConfig({ ${options} })\n`,
  })
  const ROUTE = 'export default defineEventHandler(() => {})\n'

  test.each([
    [
      'another plugin has its name',
      { 'app/plugins/tracing.client.ts': 'a()\n' },
      'app/plugins/throughline.client.ts',
    ],
    [
      'the app is in the root',
      { 'pages/index.vue': '', 'app/app.vue': undefined },
      'plugins/tracing.client.ts',
    ],
    ['the app has both layouts', { 'pages/index.vue': '' }, 'app/plugins/tracing.client.ts'],
    ['the folder is the root', CONFIG("srcDir: '.'"), 'plugins/tracing.client.ts'],
    ['the folder is deep', CONFIG("srcDir: 'client/src/'"), 'client/src/plugins/tracing.client.ts'],
    ['there is no configuration', { 'nuxt.config.ts': undefined }, 'app/plugins/tracing.client.ts'],
    [
      'Nuxt 3 has the layout of Nuxt 4',
      {
        ...CONFIG('future: { compatibilityVersion: 4 }'),
        'package.json': '{ "dependencies": { "nuxt": "3" } }',
      },
      'app/plugins/tracing.client.ts',
    ],
    [
      'the version has no number',
      { 'package.json': '{ "dependencies": { "nuxt": "latest" } }' },
      'app/plugins/tracing.client.ts',
    ],
  ])('is in its folder if %s', async (_, changes: Readonly<Record<string, string | undefined>>, path) => {
    const files = Object.entries({ ...TEMPLATES.nuxt, ...changes }).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, text]],
    )
    const { status, files: after } = await run(Object.fromEntries(files) as Files)
    expect([status, after[path]?.includes('startTracing(')]).toEqual([0, true])
  })

  test.each([
    ['the folder of the server', {}, 'server/routes/v1/traces.post.ts'],
    ['the folder of the server, for all methods', {}, 'server/routes/v1/traces.ts'],
    ['a folder with a slash', CONFIG("serverDir: 'api/'"), 'api/routes/v1/traces.post.ts'],
    ['the root as the folder', CONFIG("serverDir: '.'"), 'routes/v1/traces.post.ts'],
    ['an index', {}, 'server/routes/v1/traces/index.post.ts'],
  ])('has no new route beside one in %s', async (_, changes, path) => {
    const { files } = await run({ ...TEMPLATES.nuxt, ...changes, [path]: ROUTE })
    expect(files[path]).toBe(ROUTE)
    expect(Object.keys(files).filter((each) => /v1\/traces/.test(each))).toEqual([path])
  })

  test('is refused if both of its names are taken', async () => {
    const taken = { 'app/plugins/tracing.client.ts': 'a()\n', 'app/plugins/throughline.client.ts': 'b()\n' }
    const { status, stderr } = await run({ ...TEMPLATES.nuxt, ...taken })
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(
        'plugins/tracing.client.ts and plugins/throughline.client.ts in app do not start tracing.',
      ),
    ])
  })

  test('of an app of JavaScript has no types', async () => {
    const { 'tsconfig.json': _, 'nuxt.config.ts': config, ...files } = TEMPLATES.nuxt
    const { files: after } = await run({ ...files, 'nuxt.config.js': config })
    expect(Object.keys(after)).toEqual(
      expect.arrayContaining(['app/plugins/tracing.client.js', 'server/routes/v1/traces.post.js']),
    )
  })

  test.each(['srcDir: `src`', "serverDir: join('a', 'b')", "srcDir: 'a b'", 'srcDir', '...srcDir'])(
    'is refused with the option %s',
    async (option) => {
      const { status, stderr } = await run({ ...TEMPLATES.nuxt, ...CONFIG(option) })
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/The option \w+Dir in nuxt\.config\.ts is not a plain string/),
      ])
    },
  )
})

describe('an app of Angular', () => {
  const APP = TEMPLATES.angular
  const WORKSPACE = APP['angular.json']
  const BY_HAND = 'Add tracing by hand: docs/frameworks/angular.md'

  test.each([
    ['targets', WORKSPACE.replace('"architect"', '"targets"')],
    ['the older option of its entry', WORKSPACE.replace('"browser"', '"main"')],
    ['a library beside it', WORKSPACE.replace('"shop": {', '"ui": { "projectType": "library" }, "shop": {')],
    ['comments', WORKSPACE.replace('"version"', '// a\n  "version"')],
    [
      'options of its server',
      WORKSPACE.replace('"configurations"', '"options": { "port": 1 }, "configurations"'),
    ],
    [
      'an object as its page',
      WORKSPACE.replace('"options": {', '"options": { "index": { "input": "src/index.html" },'),
    ],
  ])('with %s gets the proxy', async (_, workspace) => {
    const { status, files } = await run({ ...APP, 'angular.json': workspace })
    expect([status, files['src/main.ts']]).toEqual([0, expect.stringMatching(/^import '\.\/tracing';\n/)])
    expect(files['angular.json']).toContain('"proxyConfig": "proxy.conf.mjs"')
    expect(files['angular.json']?.replace(/"proxyConfig": "proxy\.conf\.mjs"/, '')).toContain('"version": 1')
  })

  test.each([
    ['no application', '{ "projects": {} }', 'has 0 applications, not one.'],
    ['no projects', '{}', 'has 0 applications, not one.'],
    ['projects that are a list', '{ "projects": [1] }', 'has 0 applications, not one.'],
    ['no build', WORKSPACE.replace('"build"', '"other"'), 'names no entry that exists'],
    ['no server', WORKSPACE.replace('"serve"', '"other"'), 'or no development server, for shop.'],
    ['an entry that is no text', WORKSPACE.replace('"src/main.ts"', '1'), 'names no entry that exists'],
  ])('with %s is refused', async (_, workspace, message) => {
    const { status, stderr } = await run({ ...APP, 'angular.json': workspace })
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(stderr).toContain(BY_HAND)
  })

  test('with a proxy that its workspace does not use is refused', async () => {
    const { status, stderr } = await run({ ...APP, 'proxy.conf.mjs': 'export default {}\n' })
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('proxy.conf.mjs exists, but angular.json does not use it.'),
    ])
  })

  const withProxy = (path: string) =>
    WORKSPACE.replace(
      '"defaultConfiguration"',
      `"options": { "proxyConfig": "${path}" }, "defaultConfiguration"`,
    )

  test.each([
    ['no file', 'none.json', undefined],
    ['a module without a file', 'none.js', undefined],
    ['a syntax error', 'proxy.conf.json', '{'],
    ['a regular expression first', 'proxy.conf.json', '{ "^/v1": "a" }'],
    ['a list of a module', 'proxy.conf.js', 'module.exports = [{ context: ["/"] }]\n'],
    ['a function of an import', 'proxy.conf.mjs', "import make from 'a'\nexport default make()\n"],
  ])('with a proxy with %s keeps it, and the line is printed', async (_, path, text) => {
    const { status, stderr, files } = await run({
      ...APP,
      'angular.json': withProxy(path),
      ...(text === undefined ? {} : { [path]: text }),
    })
    expect([status, files[path]]).toEqual([2, text])
    expect(stderr).toContain(`${path}: Add the collector to the proxy of the development server:`)
  })

  test('with a proxy of the default configuration of its server gets the entry there', async () => {
    const workspace = withProxy('other.json').replace(
      '"buildTarget"',
      '"proxyConfig": "dev.json", "buildTarget"',
    )
    const { status, files } = await run({
      ...APP,
      'angular.json': workspace,
      'dev.json': '{}',
      'other.json': '{}',
    })
    expect([status, files['other.json'], files['dev.json']]).toEqual([
      0,
      '{}',
      '{\n  "/v1/traces": "http://localhost:4318"\n}',
    ])
  })

  test.each([
    [
      'the script tag',
      { 'src/index.html': '<html><head><script src="/throughline.js"></script></head></html>' },
    ],
    [
      'an entry that starts tracing',
      { 'src/main.ts': "import { startTracing } from '@throughline/otel-web';\nstartTracing({});\n" },
    ],
  ])('with %s gets only the proxy', async (_, changes) => {
    const { status, files } = await run({ ...APP, ...changes })
    expect([status, files['src/main.ts']]).toEqual([0, { ...APP, ...changes }['src/main.ts']])
    expect(Object.keys(files)).not.toContain('src/tracing.ts')
    expect(files['proxy.conf.mjs']).toContain('/v1/traces')
  })

  test.each([
    ['a file with the name of the handler', { 'src/app/error-tracing.ts': '' }],
    ['a configuration in the entry', { 'src/main.ts': 'bootstrapApplication(App, { providers: [] });\n' }],
    [
      'a configuration with another name',
      {
        'src/main.ts':
          "import { appConfig as config } from './app/app.config';\nbootstrapApplication(App, config);\n",
      },
    ],
    [
      'a configuration of a package',
      { 'src/main.ts': "import { appConfig } from '@acme/config';\nbootstrapApplication(App, appConfig);\n" },
    ],
    ['no configuration', { 'src/main.ts': 'bootstrapApplication(App);\n' }],
    [
      'two roots',
      {
        'src/main.ts':
          "import { appConfig } from './app/app.config';\nbootstrapApplication(A, appConfig);\nbootstrapApplication(B, appConfig);\n",
      },
    ],
    [
      'providers of a function',
      { 'src/app/app.config.ts': 'export const appConfig = { providers: make() };\n' },
    ],
    [
      'a merged configuration',
      { 'src/app/app.config.ts': 'export const appConfig = mergeApplicationConfig(a, b);\n' },
    ],
    ['a syntax error in its configuration', { 'src/app/app.config.ts': 'export const {' }],
  ])('with %s has a note in place of an error handler', async (_, changes: Files) => {
    const { status, stdout, files } = await run({ ...APP, ...changes })
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('see "Errors" in docs/frameworks/angular.md'),
    ])
    for (const [path, text] of Object.entries(changes)) expect(files[path]?.endsWith(text)).toBe(true)
  })
})
