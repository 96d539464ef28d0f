import { expect, test } from 'vitest'
import { makeFolder, readFiles, runCommand } from '../../../test/project-folder.ts'
import { TEMPLATES } from '../../../test/templates.ts'

const NUXT_3 = '{ "dependencies": { "nuxt": "^3.20.0" } }\n'
const configWith = (options: string) => `export default defineNuxtConfig({ ${options} })\n`

test.each([
  ['Nuxt 4', {}, 'app/plugins', 'server'],
  ['Nuxt 3', { 'package.json': NUXT_3 }, 'plugins', 'server'],
  ['Nuxt 4 without the folder app', { 'app/app.vue': undefined, 'app.vue': '' }, 'plugins', 'server'],
  ['Nuxt 4 with srcDir', { 'nuxt.config.ts': configWith("srcDir: './src/'") }, 'src/plugins', 'server'],
  [
    'Nuxt 3 with srcDir',
    { 'package.json': NUXT_3, 'nuxt.config.ts': configWith("srcDir: 'src'") },
    'src/plugins',
    'src/server',
  ],
  ['Nuxt 4 with serverDir', { 'nuxt.config.ts': configWith("serverDir: 'api'") }, 'app/plugins', 'api'],
])('the plugin and the route are in the folders of %s', async (_, changes, plugins, server) => {
  const files = Object.entries({ ...TEMPLATES.nuxt, ...changes }).flatMap(([path, text]) =>
    text === undefined ? [] : [[path, text] as const],
  )
  const folder = makeFolder(Object.fromEntries(files))
  expect((await runCommand(folder, '--yes', '--no-install')).status).toBe(0)
  const after = readFiles(folder)
  expect(after[`${plugins}/tracing.client.ts`]).toContain('startTracing(')
  expect(after[`${server}/routes/v1/traces.post.ts`]).toContain('proxyRequest(')
})

test('a plugin that starts tracing and a rule for the spans are left', async () => {
  const files = {
    ...TEMPLATES.nuxt,
    'app/plugins/otel.client.ts':
      "import { startTracing } from '@throughline/otel-web'\n\nstartTracing({})\n",
    'nuxt.config.ts': configWith("routeRules: { '/v1/traces': { proxy: 'http://a/v1/traces' } }"),
  }
  const folder = makeFolder(files)
  await runCommand(folder, '--yes', '--no-install')
  const { 'package.json': _, ...after } = readFiles(folder)
  const { 'package.json': __, ...before } = files
  expect(after).toEqual(before)
})

test.each([
  [
    'a folder by an expression',
    { 'nuxt.config.ts': configWith('srcDir: folder') },
    /srcDir in nuxt\.config\.ts is not a plain string/,
  ],
  ['a syntax error', { 'nuxt.config.ts': 'export default {' }, /nuxt\.config\.ts has a syntax error/],
  ['Nuxt 2', { 'package.json': '{ "dependencies": { "nuxt": "^2.18.0" } }' }, /an app of Nuxt 2/],
])('an app with %s is refused', async (_, changes, message) => {
  const folder = makeFolder({ ...TEMPLATES.nuxt, ...changes })
  const { status, stderr } = await runCommand(folder, '--yes', '--no-install')
  expect(stderr).toMatch(message)
  expect(status).toBe(1)
})
