import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { writeChanges } from '../src/project/write-changes.ts'
import { type Files, inFolder, makeFolder, readFiles, runCommand, writeFiles } from './project-folder.ts'
import { TEMPLATES } from './templates.ts'

const YES = ['--yes', '--no-install'] as const

function commit(folder: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
  git('init')
  git('add', '.')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-m', 'a', '--no-gpg-sign')
}

describe.each(Object.entries(TEMPLATES).map(([name, files]) => [name, files as Files] as const))(
  'a new project of %s',
  (_, files) => {
    test('the second run changes nothing and says so', async () => {
      const folder = makeFolder(files)
      expect((await runCommand(folder, ...YES)).status).toBe(0)
      const once = readFiles(folder)
      expect(once).not.toEqual(files)
      const second = await runCommand(folder, ...YES)
      expect([second.status, second.stdout]).toEqual([0, expect.stringMatching(/Nothing was changed\.$/)])
      expect(readFiles(folder)).toEqual(once)
    })

    test('a dry run prints the changes and writes nothing', async () => {
      const folder = makeFolder(files)
      const { status, stdout } = await runCommand(folder, '--dry-run')
      expect(status).toBe(0)
      expect(stdout).toContain('+++ b/package.json')
      expect(readFiles(folder)).toEqual(files)
    })
  },
)

test('each page without a build gets the script, and a fragment gets none', async () => {
  const folder = makeFolder(TEMPLATES.html)
  await runCommand(folder, ...YES, '--service-name=a"b')
  const { 'index.html': index, 'about/index.html': about, 'parts/menu.html': menu } = readFiles(folder)
  expect(index).toContain('<script src="/throughline.js" data-service-name="ab" data-endpoint=')
  expect(about).toMatch(/^<!doctype html>\n<script src="\/throughline\.js"/)
  expect(menu).toBe(TEMPLATES.html['parts/menu.html'])
})

test('a project of pages and a worker gets both', async () => {
  const { 'package.json': _, ...worker } = TEMPLATES.hono
  const folder = makeFolder({
    ...TEMPLATES.react,
    ...worker,
    'package.json': TEMPLATES.react['package.json'],
  })
  const { stdout, status } = await runCommand(folder, ...YES)
  expect([status, stdout.split('\n')[0]]).toEqual([0, 'Found Vite with React and a Worker.'])
  const files = readFiles(folder)
  expect(files['src/index.ts']).toContain("tracing({ serviceName: 'api' })")
  expect(Object.keys(JSON.parse(files['package.json'] ?? '').dependencies)).toEqual([
    '@opentelemetry/api',
    '@throughline/otel-edge',
    '@throughline/otel-web',
    'react',
    'react-dom',
  ])
})

describe('in a folder without a project', () => {
  const files = { 'README.md': '# mine\n', '.gitignore': '*.log\n' }

  test('a new app is made, in which a click, its request and the worker are traced', async () => {
    const folder = makeFolder(inFolder('My shop', files))
    const { status, stdout } = await runCommand(join(folder, 'My shop'), ...YES)
    expect([status, stdout.split('\n')[0]]).toEqual([
      0,
      'Found an empty folder. The new app is Vite and Hono on Workers.',
    ])
    const written = readFiles(join(folder, 'My shop'))
    expect(written).toMatchObject(files)
    expect(written['src/main.ts']).toMatch(/^import '\.\/tracing\.ts'\n/)
    expect(written['src/tracing.ts']).toContain("startTracing({ serviceName: 'my-shop' })")
    expect(written['worker/index.ts']).toContain("app.use(tracing({ serviceName: 'my-shop-api' }))")
    expect(written['vite.config.ts']).toContain("'/v1/traces'")
    expect(written['wrangler.jsonc']).toContain('"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"')
    expect(JSON.parse(written['package.json'] ?? '')).toMatchObject({
      name: 'my-shop',
      scripts: { collector: 'throughline-collector' },
    })
  })

  test('--gateway makes a worker in front of a site, which the second run leaves', async () => {
    const folder = makeFolder(inFolder('My site', files))
    const inside = join(folder, 'My site')
    const { status, stdout } = await runCommand(inside, ...YES, '--gateway')
    expect([status, stdout.split('\n')[0]]).toEqual([
      0,
      'Found an empty folder. The new worker is a gateway.',
    ])
    const written = readFiles(inside)
    expect(written).toMatchObject(files)
    expect(written['wrangler.toml']).toContain('name = "my-site"')
    expect(written['src/index.ts']).toContain("app.use(tracing({ serviceName: 'my-site' }))")
    expect(Object.keys(JSON.parse(written['package.json'] ?? '').dependencies)).toEqual([
      '@opentelemetry/api',
      '@throughline/otel-edge',
      '@throughline/otel-web',
      'hono',
    ])
    expect(written['README.md']).toBe(files['README.md'])
    const second = await runCommand(inside, ...YES, '--gateway')
    expect([second.status, second.stderr]).toEqual([1, expect.stringContaining('Run it in an empty folder.')])
    expect(readFiles(inside)).toEqual(written)
  })

  test('the README of a gateway has a button, whose address the user completes', async () => {
    const folder = makeFolder({})
    await runCommand(folder, ...YES, '--gateway', '--service-name=site')
    const {
      'README.md': readme = '',
      '.dev.vars.example': secrets,
      '.gitignore': ignored,
    } = readFiles(folder)
    const image = 'https://deploy.workers.cloudflare.com/button'
    const target = 'https://deploy.workers.cloudflare.com/?url=YOUR-REPOSITORY'
    expect(readme).toContain(`\n[![Deploy to Cloudflare](${image})](${target})\n`)
    expect(readme).toContain('It does not work yet.')
    expect(secrets).toMatch(/^OTEL_EXPORTER_OTLP_HEADERS=/)
    expect(ignored).toMatch(/^\.dev\.vars$/m)
  })

  test('a dry run writes nothing, and the second run changes nothing', async () => {
    const folder = makeFolder(files)
    expect((await runCommand(folder, '--dry-run')).status).toBe(0)
    expect(readFiles(folder)).toEqual(files)
    await runCommand(folder, ...YES)
    const once = readFiles(folder)
    expect((await runCommand(folder, ...YES)).stdout).toMatch(/Nothing was changed\.$/)
    expect(readFiles(folder)).toEqual(once)
  })
})

test('an import without an ending is added where the compiler refuses endings', async () => {
  const folder = makeFolder({ ...TEMPLATES.react, 'tsconfig.app.json': '{}' })
  await runCommand(folder, ...YES)
  expect(readFiles(folder)['src/main.tsx']).toMatch(/^import \{ tracing \} from '\.\/tracing'\n/)
})

test('a file of another purpose with the name of the new module is kept', async () => {
  const folder = makeFolder({ ...TEMPLATES.vite, 'src/tracing.js': 'export {}\n' })
  await runCommand(folder, ...YES)
  const files = readFiles(folder)
  expect(files['src/tracing.js']).toBe('export {}\n')
  expect(files['src/main.js']).toMatch(/^import '\.\/throughline\.js'\n/)
  expect(files['src/throughline.js']).toContain('startTracing')
})

test('an import of a file of another purpose with that name is not taken for tracing', async () => {
  const main = "import './tracing.js'\n"
  const folder = makeFolder({ ...TEMPLATES.vite, 'src/main.js': main, 'src/tracing.js': 'export {}\n' })
  await runCommand(folder, ...YES)
  expect(readFiles(folder)['src/main.js']).toBe(`import './throughline.js'\n${main}`)
})

test('tracing that another file starts is left', async () => {
  const main = "import '@/observability'\n"
  const folder = makeFolder({
    ...TEMPLATES.vite,
    'src/main.js': main,
    'src/observability.js': "import { startTracing } from '@throughline/otel-web'\n\nstartTracing({})\n",
  })
  await runCommand(folder, ...YES)
  expect(readFiles(folder)['src/main.js']).toBe(main)
})

test.each([
  ['a re-export', "export * from './app.js'\nimport './b.js'\n"],
  ['the comment of the first import', '// @ts-expect-error no types\nimport x from "x"\n'],
  [
    'decorators',
    "import { element } from 'lit'\n@element('a')\nexport class A {\n  @state() accessor b = 1\n}\n",
  ],
])('tracing is imported before %s', async (_, main) => {
  const folder = makeFolder({ ...TEMPLATES.vite, 'src/main.js': main })
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  const { 'src/main.js': text = '' } = readFiles(folder)
  expect(text.replace(/^import ['"]\.\/tracing\.js['"];?\n/, '')).toBe(main)
})

test('the entry of each page that the configuration of Vite names is traced', async () => {
  const page = (src: string) => `<html><body><script type="module" src="${src}"></script></body></html>`
  const folder = makeFolder({
    ...TEMPLATES.vite,
    'admin/index.html': page('./admin.js'),
    'admin/admin.js': "import './a.js'\n",
    'draft/index.html': page('draft.js'),
    'draft/draft.js': "import './a.js'\n",
    'vite.config.js':
      "export default { build: { rollupOptions: { input: ['index.html', 'admin/index.html'] } } }\n",
  })
  await runCommand(folder, ...YES)
  const files = readFiles(folder)
  expect(files['src/main.js']).toMatch(/^import '\.\/tracing\.js'\n/)
  expect(files['admin/admin.js']).toBe("import '../src/tracing.js'\nimport './a.js'\n")
  expect(files['draft/draft.js']).toBe("import './a.js'\n")
})

test('a page with a content security policy is named', async () => {
  const policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">'
  const folder = makeFolder({
    'index.html': `<html><head>${policy}</head></html>`,
    'a.htm': '<html><head></head></html>',
  })
  const { stdout } = await runCommand(folder, ...YES)
  expect(stdout).toContain(
    'index.html has a content security policy: add http://localhost:4318 to its connect-src',
  )
  expect(readFiles(folder)['a.htm']).toContain('src="/throughline.js"')
})

test('a page without a head is left to the user, and a tag that is present is kept', async () => {
  const fragment = await runCommand(makeFolder({ 'index.html': '<p>a</p>' }), ...YES)
  expect(fragment.status).toBe(2)
  expect(fragment.stderr).toContain('index.html: Add the script to the head:')
  const page = TEMPLATES.vite['index.html'].replace(
    '<title>',
    '<script src="/throughline.js"></script><title>',
  )
  const folder = makeFolder({ ...TEMPLATES.vite, 'index.html': page })
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  expect(readFiles(folder)['src/main.js']).toBe(TEMPLATES.vite['src/main.js'])
})

test('a type that the entry imports is not imported again', async () => {
  const main = TEMPLATES.react['src/main.tsx'].replace('{ StrictMode }', '{ StrictMode, type ErrorInfo }')
  const folder = makeFolder({ ...TEMPLATES.react, 'src/main.tsx': main })
  await runCommand(folder, ...YES)
  expect(readFiles(folder)['src/main.tsx']?.match(/type ErrorInfo/g)).toHaveLength(1)
})

test('the app of the template of Vue reports its errors', async () => {
  const folder = makeFolder(TEMPLATES.vue)
  const { stdout } = await runCommand(folder, ...YES)
  expect(stdout).not.toContain('docs/frameworks/vue.md')
  expect(readFiles(folder)['src/main.js']).toBe(
    "import { tracing } from './tracing.js'\nimport { createApp } from 'vue'\nimport App from './App.vue'\n\n" +
      'const app = createApp(App)\n// Vue catches errors of handlers, async ones too, and of rendering.\n' +
      'app.config.errorHandler = (error, _instance, info) => {\n' +
      "  tracing.recordError(error, { 'vue.info': info })\n  console.error(error)\n}\napp.mount('#app')\n",
  )
})

test('a directive stays above the statement that it is about', async () => {
  const before = '// @ts-expect-error no root\ncreateRoot(root).render()\n'
  const folder = makeFolder({
    ...TEMPLATES.react,
    'src/main.tsx': `import { createRoot } from 'react-dom/client'\n${before}`,
  })
  await runCommand(folder, ...YES)
  expect(readFiles(folder)['src/main.tsx']).toContain('\n// @ts-expect-error no root\ncreateRoot(root, {')
})

test('quotes, semicolons, tabs and line endings are those of the files', async () => {
  const windows = Object.entries(TEMPLATES.react).map(([path, text]) => {
    const styled = path.endsWith('.json') ? text : text.replaceAll("'", '"').replace(/(?<=[")])$/gm, ';')
    return [path, styled.replaceAll('  ', '\t').replaceAll('\n', '\r\n')]
  })
  const folder = makeFolder(Object.fromEntries(windows))
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  for (const [path, text] of Object.entries(readFiles(folder))) {
    expect(text, path).not.toMatch(/(?<!\r)\n/)
    expect(text, path).not.toMatch(/^ {2}\S/m)
    if (/\.tsx?$/.test(path)) expect(text, path).not.toContain("'")
  }
  expect(readFiles(folder)['src/tracing.ts']).toBe(
    'import { startTracing } from "@throughline/otel-web";\r\n\r\nexport const tracing = startTracing({ serviceName: "vite-react-typescript-starter" });\r\n',
  )
})

test('a byte order mark is kept', async () => {
  const mark = '\uFEFF'
  const folder = makeFolder({ ...TEMPLATES.hono, 'package.json': mark + TEMPLATES.hono['package.json'] })
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  const text = readFiles(folder)['package.json'] ?? ''
  expect(text.lastIndexOf(mark)).toBe(0)
  expect(text).toContain('otel-edge')
})

test('hooks of SvelteKit with a handler of their own keep it', async () => {
  const hooks = 'export const handleError = () => {};\n'
  const folder = makeFolder({ ...TEMPLATES.sveltekit, 'src/hooks.client.ts': hooks })
  const { stdout } = await runCommand(folder, ...YES)
  expect(readFiles(folder)['src/hooks.client.ts']).toBe(
    `import { startTracing } from '@throughline/otel-web';\n\nstartTracing({ serviceName: 'kit' });\n\n${hooks}`,
  )
  expect(stdout).toContain('see "Errors" in docs/frameworks/sveltekit.md')
})

test('hooks of SvelteKit with only comments keep them first', async () => {
  const folder = makeFolder({ ...TEMPLATES.sveltekit, 'src/hooks.client.ts': '// none yet\n' })
  await runCommand(folder, ...YES)
  expect(readFiles(folder)['src/hooks.client.ts']).toMatch(
    /^\/\/ none yet\n\nimport .*\n\nconst tracing = .*\n\n\/\/ SvelteKit catches/s,
  )
})

test('a configuration that cannot be edited is left, with the lines to add and code 2', async () => {
  const config = 'export default makeConfig()\n'
  const folder = makeFolder({ ...TEMPLATES.react, 'vite.config.ts': config })
  const { status, stdout, stderr } = await runCommand(folder, ...YES)
  expect(status).toBe(2)
  expect(stdout).toContain('The files are changed, except for the lines below. Then:')
  expect(stderr).toContain("  server: { proxy: { '/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ??")
  expect(readFiles(folder)).toMatchObject({ 'vite.config.ts': config, 'src/tracing.ts': expect.anything() })
  const second = await runCommand(folder, ...YES)
  expect([second.status, second.stderr]).toEqual([2, stderr])
})

test('the lines of a proxy are printed until the base of the configuration has them', async () => {
  const config = "import { base } from './config/base'\nexport default mergeConfig(base, {})\n"
  const proxy = (entries: string) =>
    `export const base = { server: { proxy: {${entries} '/': 'http://a.example' } } }\n`
  const files = { ...TEMPLATES.react, 'vite.config.ts': config, 'config/base.ts': proxy('') }
  const folder = makeFolder(files)
  const { status, stderr } = await runCommand(folder, ...YES)
  expect([status, stderr]).toEqual([2, expect.stringContaining("server: { proxy: { '/v1/traces': ")])
  writeFiles(folder, { 'config/base.ts': proxy(" '/v1/traces': 'http://localhost:4318',") })
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  expect(readFiles(folder)['vite.config.ts']).toBe(config)
})

describe('nothing is changed, with code 1, in', () => {
  const refuse = async (files: Files, message: RegExp | string) => {
    const folder = makeFolder(files)
    const { status, stderr } = await runCommand(folder, ...YES)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/\nNothing was changed\.$/)
    expect(status).toBe(1)
    expect(readFiles(folder)).toEqual(files)
  }
  const depends = (name: string, files: Files = {}) => ({
    ...files,
    'package.json': `{ "dependencies": { "${name}": "1" } }`,
  })

  test.each([
    ['@angular/core', 'Angular without the Angular CLI', 'docs/frameworks/angular.md'],
    ['webpack', 'webpack', 'docs/embed.md#npm-vite'],
  ])('a project of %s, whose guide is named', (dependency, name, page) =>
    refuse(
      depends(dependency, { 'index.html': '<html></html>' }),
      new RegExp(`^This is a project of ${name}, .* ${page} in`),
    ),
  )

  test('an unknown project', () => refuse({ 'package.json': '{}' }, /^Found neither pages .* nor a worker/))

  test('a folder of apps without workspaces', () =>
    refuse(inFolder('web', TEMPLATES.astro), /folder of one of them:\n {2}--dir=web \(Astro\)\n/))

  test('a project whose package.json has a syntax error', () =>
    refuse({ 'package.json': '{' }, 'package.json has a syntax error'))

  test('an app whose entry has a syntax error', () =>
    refuse({ ...TEMPLATES.vite, 'src/main.js': 'import {' }, 'src/main.js has a syntax error'))

  test('an app whose page loads no module', () =>
    refuse({ ...TEMPLATES.vite, 'index.html': '<html></html>' }, 'index.html has no <script type="module"'))

  test('an app of Vite whose page is in another folder', () =>
    refuse(
      { 'package.json': '{ "devDependencies": { "vite": "8" } }', 'src/index.html': '<html></html>' },
      'Vite builds the pages of this project, but index.html is in src',
    ))

  test('an Astro site without a head', () =>
    refuse({ ...TEMPLATES.astro, 'src/pages/index.astro': '<p>a</p>' }, 'No file in src has a <head>'))

  test('a project with an unknown option', async () => {
    const folder = makeFolder(TEMPLATES.vite)
    const { status, stderr } = await runCommand(folder, '--unknown')
    expect([status, stderr]).toEqual([1, expect.stringContaining("Unknown option '--unknown'")])
    expect(readFiles(folder)).toEqual(TEMPLATES.vite)
  })

  test('a project without --yes and without a terminal', async () => {
    const folder = makeFolder(TEMPLATES.vite)
    const { status, stderr } = await runCommand(folder)
    expect([status, stderr]).toEqual([1, expect.stringContaining('Run this with --yes.')])
    expect(readFiles(folder)).toEqual(TEMPLATES.vite)
  })

  test('a project with a file that is not UTF-8', async () => {
    const folder = makeFolder(TEMPLATES.vite)
    const latin = Buffer.from("const name = 'Zo\xEB'\n", 'latin1')
    writeFileSync(join(folder, 'src/main.js'), latin)
    const { status, stderr } = await runCommand(folder, ...YES)
    expect([status, stderr]).toEqual([1, expect.stringContaining('src/main.js is not UTF-8')])
    expect(readFileSync(join(folder, 'src/main.js'))).toEqual(latin)
  })

  test('a project with a read-only file', async () => {
    const folder = makeFolder(TEMPLATES.react)
    chmodSync(join(folder, 'vite.config.ts'), 0o444)
    const { status, stderr } = await runCommand(folder, ...YES)
    expect([status, stderr]).toEqual([1, expect.stringContaining('vite.config.ts is read-only')])
    expect(readFiles(folder)).toEqual(TEMPLATES.react)
  })

  test.each([
    ['a file', 'vite.config.ts', 'vite.config.ts'],
    ['a folder', 'src', 'src/tracing.ts'],
  ])('a project with %s that is a symbolic link out of it', async (_, link, named) => {
    const { [link as 'src/main.tsx']: linked, ...files } = TEMPLATES.react as Files
    const outside = makeFolder({
      'vite.config.ts': linked ?? '',
      ...inFolder('src', { 'main.tsx': TEMPLATES.react['src/main.tsx'] }),
    })
    const { 'src/main.tsx': entry = '', ...others } = files
    const folder = makeFolder(link === 'src' ? others : { ...others, 'src/main.tsx': entry })
    symlinkSync(join(outside, link), join(folder, link))
    const before = [readFiles(folder), readFiles(outside)]
    const { status, stderr } = await runCommand(folder, ...YES)
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`${named} is a symbolic link to a file outside`),
    ])
    expect([readFiles(folder), readFiles(outside)]).toEqual(before)
  })
})

test('a symbolic link in the project stays one, and its file is changed', async () => {
  const { 'vite.config.ts': config, ...files } = TEMPLATES.react
  const folder = makeFolder({ ...files, 'config/vite.ts': config })
  symlinkSync('config/vite.ts', join(folder, 'vite.config.ts'))
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  expect(readFiles(folder)['config/vite.ts']).toContain('/v1/traces')
})

test('the files have their earlier texts after an error of writing', () => {
  const folder = makeFolder(TEMPLATES.hono)
  mkdirSync(join(folder, 'taken'))
  const change = (path: string) => ({ path, before: undefined, after: 'new' })
  expect(() => writeChanges(folder, ['package.json', 'src/new.ts', 'taken'].map(change))).toThrow('EISDIR')
  expect(readFiles(folder)).toEqual(TEMPLATES.hono)
})

describe('in a Git repository', () => {
  test('a tree with changes is refused, unless --force is set', async () => {
    const folder = makeFolder(TEMPLATES.hono)
    commit(folder)
    writeFiles(folder, { 'notes.txt': 'a' })
    const { status, stderr } = await runCommand(folder, ...YES)
    expect([status, stderr]).toEqual([1, expect.stringContaining('Commit them, or run this with --force.')])
    expect(readFiles(folder)).toEqual({ ...TEMPLATES.hono, 'notes.txt': 'a' })
    expect((await runCommand(folder, ...YES, '--force')).status).toBe(0)
  })

  test('a clean tree is changed, and the second run says that nothing is left to do', async () => {
    const folder = makeFolder(TEMPLATES.hono)
    commit(folder)
    expect((await runCommand(folder, ...YES)).status).toBe(0)
    const { status, stdout } = await runCommand(folder, ...YES)
    expect([status, stdout]).toEqual([0, expect.stringContaining('Nothing was changed.')])
  })
})

describe('the dependencies', () => {
  /** Puts a package manager first in the path, which writes its name and arguments to a file and has an exit code. */
  function fakeManager(name: string, code = 0): void {
    const bin = makeFolder({ [name]: `#!/bin/sh\necho "${name} $*" > installed.txt\nexit ${code}\n` })
    chmodSync(join(bin, name), 0o755)
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`)
    vi.stubEnv('npm_config_user_agent', '')
  }

  test.each([
    ['npm', { 'package-lock.json': '{}' }],
    ['pnpm', { 'pnpm-lock.yaml': '' }],
    ['yarn', { 'yarn.lock': '' }],
    ['bun', { 'bun.lock': '' }],
    ['npm', {}],
    [
      'pnpm',
      { 'package.json': TEMPLATES.hono['package.json'].replace('{', '{ "packageManager": "pnpm@10.0.0",') },
    ],
  ])('are installed by %s in a project with %j', async (name, files) => {
    fakeManager(name)
    const folder = makeFolder({ ...TEMPLATES.hono, ...files })
    expect((await runCommand(folder, '--yes')).status).toBe(0)
    expect(readFiles(folder)['installed.txt']).toBe(`${name} install\n`)
  })

  test('are installed by the package manager of the lock file above the app', async () => {
    fakeManager('pnpm')
    const folder = makeFolder({ 'pnpm-lock.yaml': '', ...inFolder('apps/api', TEMPLATES.hono) })
    expect((await runCommand(join(folder, 'apps/api'), '--yes')).status).toBe(0)
    expect(readFiles(folder)['apps/api/installed.txt']).toBe('pnpm install\n')
  })

  test('that cannot be installed are an error', async () => {
    fakeManager('npm', 3)
    const folder = makeFolder(TEMPLATES.hono)
    const { status, stderr } = await runCommand(folder, '--yes')
    expect([status, stderr]).toEqual([1, expect.stringContaining('`npm install` failed')])
  })

  test('that are present keep their range', async () => {
    const manifest =
      '{ "dependencies": { "hono": "4" }, "devDependencies": { "@throughline/otel-edge": "0.0.1" } }'
    const folder = makeFolder({ ...TEMPLATES.hono, 'package.json': manifest })
    await runCommand(folder, ...YES)
    const { dependencies, devDependencies } = JSON.parse(readFiles(folder)['package.json'] ?? '')
    expect(Object.keys(dependencies)).toEqual(['@opentelemetry/api', 'hono'])
    expect(devDependencies['@throughline/otel-edge']).toBe('0.0.1')
  })

  test('are the tarballs of a folder, if it is named', async () => {
    const folder = makeFolder(inFolder('app', TEMPLATES.hono))
    const names = ['otel-edge', 'otel-shared', 'otel-collector']
    writeFiles(folder, Object.fromEntries(names.map((name) => [`dist/throughline-${name}-0.1.0.tgz`, ''])))
    expect((await runCommand(join(folder, 'app'), ...YES, '--from=../dist')).status).toBe(0)
    const { dependencies } = JSON.parse(readFiles(folder)['app/package.json'] ?? '')
    expect(dependencies).toEqual({
      '@opentelemetry/api': '^1.9.0',
      '@throughline/otel-edge': 'file:../dist/throughline-otel-edge-0.1.0.tgz',
      '@throughline/otel-shared': 'file:../dist/throughline-otel-shared-0.1.0.tgz',
      hono: '^4.13.19',
    })
  })

  test('of plain pages bring the scripts, which are copied beside the pages', async () => {
    fakeManager('npm')
    const folder = makeFolder({
      'public/index.html': TEMPLATES.html['index.html'],
      'node_modules/@throughline/otel-web/throughline.js': 'loader',
      'node_modules/@throughline/otel-web/throughline-sdk.js': 'sdk',
      'node_modules/@throughline/otel-web/index.js': '',
    })
    expect((await runCommand(folder, '--yes')).status).toBe(0)
    expect(readFiles(folder)).toMatchObject({
      'public/throughline.js': 'loader',
      'public/throughline-sdk.js': 'sdk',
    })
    expect(readFiles(folder)).not.toHaveProperty('public/index.js')
  })
})

test.each([
  ['--help', /^npm create throughline@latest -- \[options\]/],
  ['--version', /^\d+\.\d+\.\d+$/],
])('%s prints a text and changes nothing', async (option, text) => {
  const folder = makeFolder(TEMPLATES.vite)
  expect(await runCommand(folder, option)).toEqual({
    status: 0,
    stdout: expect.stringMatching(text),
    stderr: '',
  })
  expect(readFiles(folder)).toEqual(TEMPLATES.vite)
})
