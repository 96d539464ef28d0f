import { describe, expect, test } from 'vitest'
import { type Files, makeFolder, readFiles, runCommand } from '../../../test/project-folder.ts'
import { TEMPLATES } from '../../../test/templates.ts'

const MANIFEST = '{ "name": "app", "devDependencies": { "vite": "8" } }\n'
const page = (script: string) => `<!doctype html>\n<html>\n<body>\n${script}\n</body>\n</html>\n`
const moduleScript = (src: string) => `<script type="module" src="${src}"></script>`

async function run(files: Files, ...args: string[]) {
  const folder = makeFolder(files)
  const result = await runCommand(folder, '--yes', '--no-install', ...args)
  return { ...result, files: readFiles(folder) }
}

describe('the entry of a page', () => {
  test.each([
    ['an absolute path', moduleScript('/src/main.js'), 'src/main.js'],
    ['a relative path', moduleScript('./src/main.js'), 'src/main.js'],
    ['a path without a dot', moduleScript('src/main.js'), 'src/main.js'],
    ['a path with a query', moduleScript('/src/main.js?v=1'), 'src/main.js'],
    ['a path with a fragment', moduleScript('/src/main.js#a'), 'src/main.js'],
    ['a file beside the page', moduleScript('/main.mts'), 'main.mts'],
    [
      'attributes in another order',
      '<script src="/src/main.js" crossorigin type="module"></script>',
      'src/main.js',
    ],
    ['no quotes', '<script type=module src=/src/main.js></script>', 'src/main.js'],
    [
      'a script of another kind before',
      `<script src="/src/main.js"></script>\n${moduleScript('/src/app.jsx')}`,
      'src/app.jsx',
    ],
    [
      'a script of another origin before',
      `${moduleScript('https://a.example/b.js')}\n${moduleScript('/src/main.js')}`,
      'src/main.js',
    ],
    [
      'a script in a comment before',
      `<!-- ${moduleScript('/src/app.jsx')} -->\n${moduleScript('/src/main.js')}`,
      'src/main.js',
    ],
    [
      'a style as a module before',
      `${moduleScript('/src/main.css')}\n${moduleScript('/src/main.js')}`,
      'src/main.js',
    ],
    [
      'a file that does not exist before',
      `${moduleScript('/src/none.js')}\n${moduleScript('/src/main.js')}`,
      'src/main.js',
    ],
    [
      'code in the page before',
      `<script type="module">a()</script>\n${moduleScript('/src/main.js')}`,
      'src/main.js',
    ],
  ])('is found with %s', async (_, script, entry) => {
    const entries = {
      'src/main.js': 'a()\n',
      'src/app.jsx': 'a()\n',
      'main.mts': 'a()\n',
      'src/main.css': '',
    }
    const { status, files } = await run({ 'package.json': MANIFEST, 'index.html': page(script), ...entries })
    expect(status).toBe(0)
    const changed = Object.keys(entries).filter((path) => files[path] !== (entries as Files)[path])
    expect([changed, files[entry]]).toEqual([
      [entry],
      expect.stringMatching(/^import '\.\/tracing\.[jt]s'\n\na\(\)\n$/),
    ])
  })

  test.each([
    ['no script', ''],
    ['a script that is no module', '<script src="/src/main.js"></script>'],
    ['code in the page', '<script type="module">import \'/src/main.js\'</script>'],
    ['a file that does not exist', moduleScript('/src/none.js')],
    ['a placeholder', moduleScript('%BASE%/src/main.js')],
    ['a component', moduleScript('/src/main.vue')],
  ])('is not found with %s, and nothing is changed', async (_, script) => {
    const before = {
      'package.json': MANIFEST,
      'index.html': page(script),
      'src/main.js': '',
      'src/main.vue': '',
    }
    const { status, stderr, files } = await run(before)
    expect([status, files]).toEqual([1, before])
    expect(stderr).toContain('index.html has no <script type="module" src="…"> of a file of this project.')
  })

  test('outside of the project is refused', async () => {
    const folder = makeFolder({
      'web/package.json': MANIFEST,
      'web/index.html': page(moduleScript('../src/main.js')),
      'src/main.js': '',
    })
    const before = readFiles(folder)
    const { status, stderr } = await runCommand(folder, '--yes', '--no-install', '--dir=web')
    expect([status, readFiles(folder)]).toEqual([1, before])
    expect(stderr).toMatch(/^\.\.\/src\/\S+ is outside of this folder\./)
  })
})

describe('the service name', () => {
  const app = (name: unknown): Files => ({
    'package.json': JSON.stringify({ ...(name === undefined ? {} : { name }), dependencies: { vite: '8' } }),
    'index.html': page(moduleScript('/main.js')),
    'main.js': '',
  })

  test.each<[string, string, unknown, string[]]>([
    ['of the package', 'shop', 'shop', []],
    ['of the package without its scope', 'shop', '@acme/shop', []],
    ['of the option', 'other', 'shop', ['--service-name=other']],
    ['of the option with its slash', '@a/b', 'shop', ['--service-name=@a/b']],
    ['without quotes', 'ab', 'shop', ['--service-name=a\'"b']],
    ['without backslashes', 'ab', 'shop', ['--service-name=a\\b']],
    ['without line breaks', 'ab', 'shop', ['--service-name=a\n\r\tb']],
    ['with characters of templates', '$a`b', 'shop', ['--service-name=$a`b']],
    ['with dollar signs, which are no references', '$&$1', 'shop', ['--service-name=$&$1']],
    ['in other letters', 'läden-店', 'shop', ['--service-name=läden-店']],
    ['of the package, if the option is empty', 'shop', 'shop', ['--service-name=']],
  ])('is that %s', async (_, ...[name, own, args]) => {
    const { files } = await run(app(own), ...args)
    expect(files['tracing.js']).toBe(
      `import { startTracing } from '@throughline/otel-web'\n\nexport const tracing = startTracing({ serviceName: '${name}' })\n`,
    )
  })

  test.each([undefined, 1, null])('is that of the folder if the name of the package is %j', async (name) => {
    const folder = makeFolder(
      Object.fromEntries(Object.entries(app(name)).map(([path, text]) => [`my-app/${path}`, text])),
    )
    await runCommand(folder, '--yes', '--no-install', '--dir=my-app')
    expect(readFiles(folder)['my-app/tracing.js']).toContain("serviceName: 'my-app'")
  })
})

describe('the module that starts tracing', () => {
  const files = (more: Files): Files => ({
    'package.json': MANIFEST,
    'index.html': page(moduleScript('/src/main.js')),
    'src/main.js': 'a()\n',
    ...more,
  })
  const TRACING =
    "import { startTracing } from '@throughline/otel-web'\nexport const tracing = startTracing({})\n"

  test.each([
    ['a new one', {}, 'src/tracing.js'],
    ['the one of the app', { 'src/tracing.js': TRACING }, 'src/tracing.js'],
    ['one with another name', { 'src/throughline.js': TRACING, 'src/tracing.js': '' }, 'src/throughline.js'],
    ['a new one beside one of another purpose', { 'src/tracing.js': 'b()\n' }, 'src/throughline.js'],
    [
      'a new one beside two of another purpose',
      { 'src/tracing.js': '', 'src/throughline.js': '' },
      'src/throughline-tracing.js',
    ],
  ])('is %s', async (_, more, path) => {
    const before = files(more)
    const { files: after } = await run(before)
    expect(after['src/main.js']).toBe(`import './${path.slice(4)}'\n\na()\n`)
    expect(after[path]).toContain('startTracing(')
    for (const [each, text] of Object.entries(more)) expect(after[each]).toBe(text)
  })

  test.each([
    ['the package itself', "import { startTracing } from '@throughline/otel-web'\nstartTracing({})\n", {}],
    ['a module by its path', "import './observe/index.js'\n", { 'src/observe/index.js': TRACING }],
    ['a folder', "import './observe'\n", { 'src/observe/index.js': TRACING }],
    ['a module of a workspace', "import '../../shared/tracing.js'\n", {}],
  ])('is left to an entry that imports %s', async (_, main, more) => {
    const app = Object.entries({ ...files(more), 'src/main.js': main }).map(([path, text]) => [
      `app/${path}`,
      text,
    ])
    const folder = makeFolder({ ...Object.fromEntries(app), 'shared/tracing.js': TRACING })
    await runCommand(folder, '--yes', '--no-install', '--dir=app')
    expect(readFiles(folder)['app/src/main.js']).toBe(main)
    expect(readFiles(folder)).not.toHaveProperty('app/src/tracing.js')
  })

  test.each([
    [
      'endings are allowed',
      '{ "compilerOptions": { "allowImportingTsExtensions": true } }',
      "'./tracing.ts'",
    ],
    [
      'endings are rewritten',
      '{ "compilerOptions": { "rewriteRelativeImportExtensions": true } }',
      "'./tracing.ts'",
    ],
    ['nothing is said about endings', '{}', "'./tracing'"],
    [
      'endings are forbidden',
      '{ "compilerOptions": { "allowImportingTsExtensions": false } }',
      "'./tracing'",
    ],
    ['the options are no object', '{ "compilerOptions": null }', "'./tracing'"],
    ['there is a syntax error', '{', "'./tracing'"],
    [
      'there are comments',
      '{ // a\n"compilerOptions": { "allowImportingTsExtensions": true, } }',
      "'./tracing.ts'",
    ],
  ])('is imported as the compiler requires it where %s', async (_, config, specifier) => {
    const { 'src/main.js': main = '', ...others } = files({})
    const typed = { ...others, 'index.html': page(moduleScript('/src/main.ts')), 'src/main.ts': main }
    const { files: after } = await run({ ...typed, 'tsconfig.json': config })
    expect(after['src/main.ts']).toBe(`import ${specifier}\n\na()\n`)
  })
})

describe('errors that a framework catches', () => {
  const react = (range: string) => ({
    ...TEMPLATES.react,
    'package.json': TEMPLATES.react['package.json'].replace('"react": "^19.3.1"', `"react": "${range}"`),
  })

  test.each(['^19.3.1', '~19', '20.0.0', '>=19 <20', 'npm:react@19', 'v19'])(
    'are reported with React %s',
    async (range) => {
      const { stdout, files } = await run(react(range))
      expect(files['src/main.tsx']).toContain('onCaughtError: report')
      expect(stdout).not.toContain('To record errors')
    },
  )

  test.each(['^18.3.0', '17', 'latest', '*', 'workspace:*', 'catalog:'])(
    'are a note with React %s',
    async (range) => {
      const { stdout, files } = await run(react(range))
      expect(files['src/main.tsx']).not.toContain('onCaughtError')
      expect(stdout).toContain('"Errors of rendering" in docs/frameworks/react-18.md')
    },
  )

  test('are a note of the guide of React 19, if the entry has options of its own', async () => {
    const main = "import { createRoot } from 'react-dom/client'\ncreateRoot(a, {}).render(b)\n"
    const { stdout } = await run({ ...TEMPLATES.react, 'src/main.tsx': main })
    expect(stdout).toContain('"Errors of rendering" in docs/frameworks/react-19.md')
  })

  test('are not mentioned for Svelte', async () => {
    const manifest = '{ "dependencies": { "svelte": "5", "vite": "8" } }'
    const { status, stdout } = await run({ ...TEMPLATES.vite, 'package.json': manifest })
    expect([status, stdout]).toEqual([0, expect.not.stringContaining('To record errors')])
  })
})

test('a page with the script tag keeps its entry, and gets the proxy', async () => {
  const script = `<script src="https://a.example/throughline.js"></script>${moduleScript('/main.js')}`
  const { status, files } = await run({
    'package.json': MANIFEST,
    'index.html': page(script),
    'main.js': 'a()\n',
  })
  expect([status, files['main.js']]).toEqual([0, 'a()\n'])
  expect(files).not.toHaveProperty('tracing.js')
  expect(files['vite.config.mjs']).toContain("'/v1/traces'")
  expect(JSON.parse(files['package.json'] ?? '').dependencies).not.toHaveProperty('@throughline/otel-web')
})

test.each([
  ['TypeScript', 'src/main.ts', '{ "devDependencies": { "vite": "8" } }', 'vite.config.ts'],
  ['modules', 'src/main.js', '{ "type": "module", "devDependencies": { "vite": "8" } }', 'vite.config.js'],
  ['CommonJS', 'src/main.js', '{ "devDependencies": { "vite": "8" } }', 'vite.config.mjs'],
])('an app of %s without a configuration gets one', async (_, ...[entry, manifest, path]) => {
  const { status, files } = await run({
    'package.json': manifest,
    'index.html': page(moduleScript(`/${entry}`)),
    [entry]: 'a();\n',
  })
  expect(status).toBe(0)
  expect(files[path]).toBe(
    "import { defineConfig } from 'vite';\n\nexport default defineConfig({\n  server: { proxy: { '/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318' } },\n});\n",
  )
})
