import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Files, inFolder, makeFolder, readFiles, runCommand, writeFiles } from './project-folder.ts'
import { TEMPLATES } from './templates.ts'

const YES = ['--yes', '--no-install'] as const
const APPS = { ...inFolder('apps/api', TEMPLATES.hono), ...inFolder('apps/web', TEMPLATES.vue) }
const LIST = `Run this again with the folder of one of them:
  --dir=apps/api (Hono on Workers)
  --dir=apps/web (Vite with Vue)
For example: npm create throughline@latest -- --dir=apps/api
Nothing was changed.`

test.each<[name: string, files: Files]>([
  ['npm', { 'package.json': '{ "workspaces": ["apps/*"], "devDependencies": { "vite": "8" } }' }],
  ['pnpm', { 'package.json': '{}', 'pnpm-workspace.yaml': 'packages: ["apps/*"]\n' }],
  ['Nx', { 'package.json': '{}', 'nx.json': '{}' }],
  ['Lerna', { 'package.json': '{}', 'lerna.json': '{}' }],
  ['Rush', { 'rush.json': '{ /* comment */ }' }],
  ['no tool', { 'package.json': '{}' }],
])('the apps of a workspace of %s are listed, with the option that names one', async (_, root) => {
  const files = { ...root, ...APPS, ...inFolder('packages/ui', { 'package.json': '{}' }) }
  const folder = makeFolder(files)
  const { status, stderr } = await runCommand(folder, ...YES)
  expect([status, stderr]).toEqual([1, expect.stringContaining(LIST)])
  expect(readFiles(folder)).toEqual(files)
})

test('the app that --dir names is changed, and no other', async () => {
  const files = { 'package.json': '{ "workspaces": ["apps/*"] }', ...APPS }
  const folder = makeFolder(files)
  const { status, stdout } = await runCommand(folder, ...YES, '--dir=apps/web')
  expect([status, stdout]).toEqual([0, expect.stringContaining('Then:\n\n  cd apps/web\n  npm install\n')])
  const after = readFiles(folder)
  expect(after['apps/web/src/tracing.js']).toContain('startTracing')
  for (const path of ['package.json', 'apps/api/src/index.ts', 'apps/api/package.json'] as const)
    expect(after[path]).toBe((files as Files)[path])
  expect((await runCommand(folder, ...YES, '--dir', 'apps/web')).stdout).toContain('Nothing was changed.')
})

test('the tarballs of --from are relative to the current folder', async () => {
  const names = ['otel-edge', 'otel-shared', 'otel-collector']
  const tarballs = names.map((name) => [`dist/throughline-${name}-0.1.0.tgz`, ''])
  const folder = makeFolder({ ...APPS, ...Object.fromEntries(tarballs) })
  expect((await runCommand(folder, ...YES, '--dir=apps/api', '--from=dist')).status).toBe(0)
  expect(readFiles(folder)['apps/api/package.json']).toContain(
    '"file:../../dist/throughline-otel-edge-0.1.0.tgz"',
  )
})

test('the root of a workspace that is an app itself is listed, too', async () => {
  const manifest = TEMPLATES.vue['package.json'].replace('{', '{ "workspaces": ["apps/*"],')
  const folder = makeFolder({ ...TEMPLATES.vue, 'package.json': manifest, ...APPS })
  const { status, stderr } = await runCommand(folder, ...YES)
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('\n  --dir=. (Vite with Vue)\n  --dir=apps/api ('),
  ])
  expect((await runCommand(folder, ...YES, '--dir=.')).status).toBe(0)
  expect(readFiles(folder)['src/tracing.js']).toContain('startTracing')
})

test('a workspace whose only app is its root is changed', async () => {
  const manifest = TEMPLATES.vue['package.json'].replace('{', '{ "workspaces": ["packages/*"],')
  const library = { 'packages/ui/package.json': '{ "name": "ui" }' }
  const folder = makeFolder({ ...TEMPLATES.vue, 'package.json': manifest, ...library })
  expect((await runCommand(folder, ...YES)).status).toBe(0)
})

test.each([
  [
    'a folder that does not exist',
    '--dir=apps/none',
    '--dir=apps/none is not a folder. Name an existing one.',
  ],
  [
    'tarballs in a folder that does not exist',
    '--from=none',
    '--from=none is not a folder. Name an existing one.',
  ],
  ['a file', '--dir=package.json', '--dir=package.json is not a folder. Name an existing one.'],
  ['a package that is no app', '--dir=packages/ui', 'Found neither pages'],
])('%s is refused', async (_, option, message) => {
  const files = { 'package.json': '{ "workspaces": ["*"] }', 'packages/ui/package.json': '{}' }
  const folder = makeFolder(files)
  const { status, stderr } = await runCommand(folder, ...YES, option)
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
  expect(readFiles(folder)).toEqual(files)
})

test('a workspace without apps is refused', async () => {
  const folder = makeFolder({ 'package.json': '{ "workspaces": ["*"] }', 'packages/ui/package.json': '{}' })
  const { stderr } = await runCommand(folder, ...YES)
  expect(stderr).toContain(
    'nor a worker (wrangler.toml, wrangler.jsonc) here or in the folders of this workspace.',
  )
})

test('a syntax error in the package.json of one app does not hide the others', async () => {
  const folder = makeFolder({
    'package.json': '{ "workspaces": ["*"] }',
    ...APPS,
    'apps/a/package.json': '{',
  })
  expect((await runCommand(folder, ...YES)).stderr).toContain(LIST)
})

/** An Nx workspace with one package.json, in which each app has a project.json. */
const { 'package.json': _react, ...REACT } = TEMPLATES.react
const NX: Files = {
  'nx.json': '{}',
  'package.json':
    '{\n  "dependencies": {\n    "@angular/core": "22",\n    "next": "16",\n    "react": "19",\n    "vue": "3"\n  },\n  "devDependencies": {\n    "vite": "8",\n    "webpack": "5"\n  }\n}\n',
  ...inFolder('apps/shop', REACT),
  'apps/shop/project.json': '{ "name": "shop" }',
  'apps/admin/project.json': '{ "targets": { "build": { "executor": "@nx/angular:application" } } }',
  'apps/admin/src/index.html': '<html></html>',
  'libs/ui/project.json': '{ "name": "ui" }',
  'libs/ui/vite.config.ts': 'export default {}\n',
}

test('the apps of Nx without a package.json are listed', async () => {
  const { status, stderr } = await runCommand(makeFolder(NX), ...YES)
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('one of them:\n  --dir=apps/shop (Vite with React)\nFor'),
  ])
})

test('an app of Nx without a package.json is changed, except for the dependencies of the workspace', async () => {
  const folder = makeFolder(NX)
  const { status, stderr } = await runCommand(folder, ...YES, '--dir=apps/shop')
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining(
      '../../package.json: Add to the dependencies of the workspace:\n\n  "@throughline/otel-web": "^',
    ),
  ])
  const after = readFiles(folder)
  expect(after).not.toHaveProperty('apps/shop/package.json')
  expect(after['package.json']).toBe(NX['package.json'])
  expect(after['apps/shop/src/tracing.ts']).toContain("serviceName: 'shop'")
  expect(after['apps/shop/src/main.tsx']).toContain('onCaughtError: report')
  // After the lines were added, nothing is left.
  const lines = [...stderr.matchAll(/^ {2}("[^\n]*?),?$/gm)].map(([, line]) => line)
  expect(lines.length).toBeGreaterThan(2)
  writeFiles(folder, {
    'package.json': (NX['package.json'] ?? '').replace('"next"', `${lines.join(', ')}, "next"`),
  })
  const second = await runCommand(join(folder, 'apps/shop'), ...YES)
  expect([second.status, second.stdout]).toEqual([0, expect.stringContaining('Nothing was changed.')])
})

test('an Nx app of a tool that is not supported is named', async () => {
  const { status, stderr } = await runCommand(makeFolder(NX), ...YES, '--dir=apps/admin')
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('a project of Angular without the Angular CLI'),
  ])
})
