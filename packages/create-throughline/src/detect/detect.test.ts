import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Files, inFolder, makeFolder } from '../../test/project-folder.ts'
import { openProject } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import { detect } from './detect.ts'
import { readManifest } from './manifest.ts'
import { describeUnsupported } from './unsupported.ts'

const open = (files: Files) => openProject(makeFolder(files))
const manifest = (dependencies: Readonly<Record<string, string>>, more: object = {}) =>
  JSON.stringify({ dependencies, ...more })
const PAGE = { 'index.html': '<html></html>' }
const WORKER = { 'wrangler.toml': 'main = "src/index.ts"\n', 'src/index.ts': '' }

/** What a project of some files is, or why it is refused. */
function describeProject(files: Files, isNamed = false): string {
  try {
    return detect(open(files), isNamed).name
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

describe('a project', () => {
  test.each<[string, Files]>([
    ['SvelteKit', { 'package.json': manifest({ '@sveltejs/kit': '2', svelte: '5', vite: '8' }), ...PAGE }],
    ['Next.js', { 'package.json': manifest({ next: '16', react: '19' }) }],
    ['Nuxt', { 'package.json': manifest({ nuxt: '4', vue: '3' }) }],
    ['Astro', { 'package.json': manifest({ astro: '7', react: '19', vite: '8' }) }],
    ['Angular', { 'package.json': manifest({ '@angular/core': '22' }), 'angular.json': '{}' }],
    ['Vite with React', { 'package.json': manifest({ vite: '8', react: '19' }), ...PAGE }],
    ['Vite with Vue', { 'package.json': manifest({ vite: '8', vue: '3' }), ...PAGE }],
    ['Vite with Svelte', { 'package.json': manifest({ vite: '8', svelte: '5' }), ...PAGE }],
    ['Vite', { 'package.json': manifest({ vite: '8' }), ...PAGE }],
    ['Vite', { 'package.json': manifest({}, { devDependencies: { vite: '8' } }), ...PAGE }],
    ['Vite', { 'package.json': manifest({}, { peerDependencies: { vite: '8' } }), ...PAGE }],
    ['Vite', { 'vite.config.mts': '', ...PAGE }],
    ['plain HTML', PAGE],
    ['plain HTML', { 'public/index.html': '' }],
    ['plain HTML', { 'www/index.html': '', 'package.json': manifest({}) }],
    ['a Worker', WORKER],
    ['Hono on Workers', { ...WORKER, 'package.json': manifest({ hono: '4' }) }],
    ['a Worker', { ...WORKER, ...PAGE }],
    [
      'Vite with React and a Worker',
      { ...WORKER, ...PAGE, 'package.json': manifest({ vite: '8', react: '19' }) },
    ],
    ['a Worker', { ...WORKER, 'package.json': manifest({ vite: '8' }) }],
    ['Next.js', { ...WORKER, 'package.json': manifest({ next: '16' }) }],
    ['SvelteKit', { ...WORKER, 'package.json': manifest({ '@sveltejs/kit': '2' }) }],
  ])('is %s: %j', (name, files) => {
    expect(describeProject(files)).toBe(name)
  })

  test.each<[string, Files, string]>([
    ['none', {}, 'Found neither pages'],
    ['a page in another folder', { 'docs/index.html': '' }, 'Found neither pages'],
    ['a syntax error in its package.json', { 'package.json': '{' }, 'package.json has a syntax error.'],
    ['a package.json that is a list', { 'package.json': '[]' }, 'package.json has a syntax error.'],
    ['an empty package.json', { 'package.json': '' }, 'package.json has a syntax error.'],
    [
      'a page of Vite in another folder',
      { 'vite.config.ts': '', 'src/index.html': '' },
      'Vite builds the pages of this project, but index.html is in src,',
    ],
    ['a library of Vite', { 'package.json': manifest({ vite: '8' }) }, 'Found neither pages'],
    [
      'a syntax error in its wrangler.toml',
      { 'wrangler.toml': 'main = a' },
      'wrangler.toml has a syntax error.',
    ],
    [
      'a syntax error in its wrangler.jsonc',
      { 'wrangler.jsonc': '{ main: 1 }' },
      'wrangler.jsonc has a syntax error.',
    ],
    [
      'Angular without its workspace',
      { 'package.json': manifest({ '@angular/core': '22' }) },
      'This is a project of Angular without the Angular CLI,',
    ],
    ['Parcel', { 'package.json': manifest({ parcel: '2' }), ...PAGE }, 'This is a project of Parcel,'],
    [
      'Remix with Vite',
      { 'package.json': manifest({ '@remix-run/dev': '2', vite: '8' }), ...PAGE },
      'This is a project of Remix,',
    ],
  ])('with %s is refused', (_, files, message) => {
    expect(describeProject(files)).toContain(message)
  })

  test('that is refused as a named folder of a workspace is not said to be all of it', () => {
    const files = { 'package.json': manifest({}, { workspaces: ['a'] }) }
    expect(describeProject(files, true)).toContain(
      '(wrangler.toml, wrangler.jsonc) here or in the folders of this workspace.',
    )
    expect(describeProject({ 'package.json': manifest({}) }, true)).toContain('wrangler.jsonc) here. Run')
  })
})

describe('a worker', () => {
  const nameOf = (files: Files) => describeProject(files)

  test.each([
    ['an entry that wrangler builds', 'main = "dist/index.js"', 'dist/index.js'],
    ['an entry of a build', 'main = "build/worker.mjs"', 'build/worker.mjs'],
    ['an entry of a tool', 'main = ".svelte-kit/_worker.js"', '.svelte-kit/_worker.js'],
    ['an entry of a package', 'main = "node_modules/a/index.js"', 'node_modules/a/index.js'],
    ['an entry above', 'main = "../src/index.ts"', 'src/a.ts'],
    ['an entry that does not exist', 'main = "src/none.ts"', 'src/index.ts'],
    ['an entry in another language', 'main = "src/entry.py"', 'src/entry.py'],
    ['no entry', 'name = "a"', 'src/index.ts'],
    ['an entry that is no text', 'main = 1', 'src/index.ts'],
  ])('is not found with %s', (_, toml, path) => {
    expect(nameOf({ 'wrangler.toml': `${toml}\n`, [path]: '' })).toContain('Found neither pages')
  })

  test.each([
    'src/index.ts',
    './src/index.ts',
    'index.js',
    'worker.tsx',
    'src/a.mjs',
    'src/a.cts',
    'distance/a.ts',
  ])('is found with the entry %s', (path) => {
    const files = { 'wrangler.json': JSON.stringify({ main: path }), [path.replace('./', '')]: '' }
    expect(detect(open(files)).worker).toMatchObject({
      entry: path.replace('./', ''),
      config: 'wrangler.json',
    })
  })

  test('is that of wrangler.json, before that of wrangler.jsonc and of wrangler.toml', () => {
    const configs = {
      'wrangler.json': '{ "main": "a.js" }',
      'wrangler.jsonc': '{ "main": "b.js" }',
      'wrangler.toml': 'main = "c.js"',
    }
    const entries = { 'a.js': '', 'b.js': '', 'c.js': '' }
    const { 'wrangler.json': _, ...others } = configs
    const { 'wrangler.jsonc': __, ...toml } = others
    const found = [configs, others, toml].map((each) => detect(open({ ...each, ...entries })).worker?.entry)
    expect(found).toEqual(['a.js', 'b.js', 'c.js'])
  })
})

describe('the folders of apps', () => {
  const apps = (...folders: string[]) =>
    Object.assign(
      {},
      ...folders.map((folder) => inFolder(folder, { 'package.json': manifest({ astro: '7' }) })),
    ) as Files

  test('are listed in alphabetical order, as deep as apps/shop/web', () => {
    const message = describeProject(apps('web', 'apps/b', 'apps/a', 'apps/shop/web', 'a/b/c/d'))
    expect(message.match(/--dir=\S+ \(Astro\)/g)).toEqual([
      '--dir=apps/a (Astro)',
      '--dir=apps/b (Astro)',
      '--dir=apps/shop/web (Astro)',
      '--dir=web (Astro)',
    ])
    expect(message).toMatch(/For example: npm create throughline@latest -- --dir=apps\/a$/)
  })

  test('are without libraries, packages that are refused, and those of tools', () => {
    const message = describeProject({
      ...apps('web', 'node_modules/a', '.hidden/a'),
      'ui/package.json': manifest({ vite: '8' }),
      'old/package.json': manifest({ 'react-scripts': '5' }),
      'broken/package.json': '{',
    })
    expect(message.match(/--dir=\S+/g)).toEqual(['--dir=web', '--dir=web'])
  })

  test('are not listed for a folder that is an app itself and no workspace', () => {
    expect(describeProject({ ...apps('example'), ...PAGE })).toBe('plain HTML')
  })

  test.each(['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'rush.json'])(
    'are listed where %s is beside an app',
    (file) => {
      expect(describeProject({ ...apps('web'), ...PAGE, [file]: '{}' })).toContain(
        '--dir=. (plain HTML)\n  --dir=web (Astro)',
      )
    },
  )
})

describe('a manifest', () => {
  test('has empty fields without a package.json', () => {
    const project = open({})
    expect(readManifest(project)).toEqual({
      ...{ name: undefined, type: undefined, packageManager: undefined, hasWorkspaces: false },
      ...{ folder: project.folder, dependencies: {} },
    })
  })

  test('has no fields of another type', () => {
    const text = JSON.stringify({
      name: 1,
      type: null,
      packageManager: {},
      dependencies: null,
      devDependencies: 'a',
    })
    const { name, type, packageManager, dependencies } = readManifest(open({ 'package.json': text }))
    expect([name, type, packageManager, dependencies]).toEqual([undefined, undefined, undefined, {}])
  })

  test('has the ranges of dependencies before those for development, and these before those of peers', () => {
    const text = JSON.stringify({
      peerDependencies: { a: 'peer', b: 'peer', c: 'peer' },
      devDependencies: { a: 'dev', b: 'dev' },
      dependencies: { a: 'own' },
    })
    expect(readManifest(open({ 'package.json': text })).dependencies).toEqual({
      a: 'own',
      b: 'dev',
      c: 'peer',
    })
  })

  test('has comments and trailing commas, as some tools allow them', () => {
    expect(readManifest(open({ 'package.json': '{ // a\n"name": "b", }' })).name).toBe('b')
  })

  test('has the dependencies of the Nx workspace that an app uses, and not its name', () => {
    const root = {
      name: 'root',
      packageManager: 'pnpm@10.0.0',
      dependencies: {
        astro: '7',
        next: '16',
        vite: '8',
        react: '19',
        vue: '3',
        hono: '4',
        preact: '10',
        webpack: '5',
      },
    }
    const folder = makeFolder({
      'nx.json': '{}',
      'package.json': JSON.stringify(root),
      ...inFolder('apps/web', {
        'project.json': '{ "targets": { "build": { "executor": "@nx/webpack:webpack" } } }',
        'vite.config.ts': "import react from '@vitejs/plugin-react'",
      }),
      ...inFolder('apps/site', { 'astro.config.mjs': '', 'project.json': '{ "vue": 1 }' }),
    })
    const web = readManifest(openProject(join(folder, 'apps/web')))
    expect([web.name, web.folder, web.packageManager]).toEqual([undefined, folder, 'pnpm@10.0.0'])
    expect(web.dependencies).toEqual({ vite: '8', react: '19', hono: '4', webpack: '5' })
    const site = readManifest(openProject(join(folder, 'apps/site')))
    expect(site.dependencies).toEqual({ astro: '7', vue: '3', hono: '4' })
  })

  test('is that of the app in an Nx workspace, if it has one', () => {
    const folder = makeFolder({
      'nx.json': '{}',
      'package.json': manifest({ next: '16' }),
      'apps/a/package.json': manifest({ vue: '3' }),
    })
    const { dependencies, folder: own } = readManifest(openProject(join(folder, 'apps/a')))
    expect([dependencies, own]).toEqual([{ vue: '3' }, join(folder, 'apps/a')])
  })

  test('is empty below an Nx workspace that another repository contains', () => {
    const folder = makeFolder({
      'nx.json': '{}',
      'package.json': manifest({ vue: '3' }),
      'a/.git/HEAD': '',
      'a/b/index.html': '',
    })
    expect(readManifest(openProject(join(folder, 'a/b'))).dependencies).toEqual({})
  })

  test('is refused if that of the Nx workspace has a syntax error', () => {
    const folder = makeFolder({ 'nx.json': '{}', 'package.json': '{', 'a/index.html': '' })
    expect(() => readManifest(openProject(join(folder, 'a')))).toThrow('package.json has a syntax error')
  })
})

describe('an unsupported tool', () => {
  test.each([
    ['@angular/core', 'Angular without the Angular CLI', 'docs/frameworks/angular.md'],
    ['@react-router/dev', 'React Router as a framework', 'docs/embed.md#nextjs-and-other-server-rendering'],
    ['@remix-run/dev', 'Remix', 'docs/embed.md#nextjs-and-other-server-rendering'],
    ['@solidjs/start', 'SolidStart', 'docs/embed.md#nextjs-and-other-server-rendering'],
    ['@tanstack/react-start', 'TanStack Start', 'docs/embed.md#nextjs-and-other-server-rendering'],
    ['@builder.io/qwik', 'Qwik', 'docs/embed.md#nextjs-and-other-server-rendering'],
    ['@qwik.dev/core', 'Qwik', 'docs/embed.md#nextjs-and-other-server-rendering'],
    ['gatsby', 'Gatsby', 'docs/embed.md#script-tag'],
    ['vitepress', 'VitePress', 'docs/embed.md#script-tag'],
    ['@11ty/eleventy', 'Eleventy', 'docs/embed.md#script-tag'],
    ['react-scripts', 'Create React App', 'docs/embed.md#react'],
    ['@vue/cli-service', 'Vue CLI', 'docs/embed.md#vue'],
    ['preact', 'Preact', 'docs/embed.md#preact'],
    ['parcel', 'Parcel', 'docs/embed.md#npm-vite'],
    ['webpack', 'webpack', 'docs/embed.md#npm-vite'],
    ['@rspack/core', 'Rspack', 'docs/embed.md#npm-vite'],
    ['@rsbuild/core', 'Rsbuild', 'docs/embed.md#npm-vite'],
  ])('by the dependency %s is %s, with its guide', (dependency, name, page) => {
    expect(describeUnsupported({ [dependency]: '1' })).toBe(
      `This is a project of ${name}, which create-throughline does not change. Add tracing by hand: ${page} in Throughline's repository.`,
    )
  })

  test('is not a bundler beside Vite, and not an unknown package', () => {
    expect(describeUnsupported({ webpack: '5', vite: '8' })).toBeUndefined()
    expect(describeUnsupported({ express: '5' })).toBeUndefined()
    expect(describeUnsupported({})).toBeUndefined()
  })
})
