import { expect, test } from 'vitest'
import { type Files, makeFolder, readFiles, runCommand } from '../../../test/project-folder.ts'
import { TEMPLATES } from '../../../test/templates.ts'

const { angular: APP } = TEMPLATES
const WORKSPACE = APP['angular.json']
const COLLECTOR = "process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"

async function run(changes: Files = {}) {
  const folder = makeFolder({ ...APP, ...changes })
  const result = await runCommand(folder, '--yes', '--no-install')
  return { ...result, files: readFiles(folder) }
}

const withProxy = (path: string) =>
  WORKSPACE.replace(
    '"defaultConfiguration"',
    `"options": { "proxyConfig": "${path}" }, "defaultConfiguration"`,
  )

test('a new app gets the module, the import, the proxy and the error handler', async () => {
  const { status, files } = await run()
  expect(status).toBe(0)
  expect(files['src/main.ts']).toBe(`import './tracing';\n${APP['src/main.ts']}`)
  expect(files['proxy.conf.mjs']).toBe(`export default { '/v1/traces': ${COLLECTOR} };\n`)
  expect(files['angular.json']).toContain(
    '"builder": "@angular/build:dev-server",\n          "options": { "proxyConfig": "proxy.conf.mjs" },\n',
  )
  expect(files['src/app/error-tracing.ts']).toContain("import { tracing } from '../tracing';")
  expect(files['src/app/app.config.ts']).toContain('providers: [\n    provideErrorTracing(),\n')
})

test.each([
  [
    'proxy.conf.json',
    '{ "/api": "http://a" }',
    '{ "/api": "http://a", "/v1/traces": "http://localhost:4318" }',
  ],
  [
    'proxy.conf.js',
    "module.exports = { '/api': 'http://a' }",
    `module.exports = { '/v1/traces': ${COLLECTOR}, '/api': 'http://a' }`,
  ],
])('the collector is added to the proxy %s', async (path, before, after) => {
  const workspace = withProxy(`./${path}`)
  const { status, files } = await run({ 'angular.json': workspace, [path]: before })
  expect([status, files[path], files['angular.json']]).toEqual([0, after, workspace])
})

test.each([
  ['an array', '[{ "context": ["/api"], "target": "http://a" }]'],
  ['an entry before that matches', '{ "/v1": "http://a" }'],
  ['an entry for everything', '{ "/**": "http://a" }'],
])('a proxy with %s is left, with the line to add and code 2', async (_, proxy) => {
  const { status, files, stderr } = await run({
    'angular.json': withProxy('proxy.json'),
    'proxy.json': proxy,
  })
  expect([status, files['proxy.json']]).toEqual([2, proxy])
  expect(stderr).toContain('"/v1/traces": "http://localhost:4318",')
})

test.each([
  [
    'an error handler of its own',
    { 'src/app/app.config.ts': `${APP['src/app/app.config.ts']}// \nErrorHandler\n` },
  ],
  ['modules', { 'src/main.ts': 'platformBrowser().bootstrapModule(AppModule)\n' }],
])('in an app with %s, a note names the guide', async (_, changes) => {
  const { status, files, stdout } = await run(changes)
  expect(status).toBe(0)
  expect(stdout).toContain(
    'To record errors that Angular catches, see "Errors" in docs/frameworks/angular.md.',
  )
  expect(files['src/app/error-tracing.ts']).toBeUndefined()
  expect(files['src/main.ts']).toMatch(/^import '\.\/tracing';?\n/)
})

test.each([
  [
    'two applications',
    WORKSPACE.replace('"shop": {', '"b": { "projectType": "application" }, "shop": {'),
    /2 applications, not one/,
  ],
  ['no entry', WORKSPACE.replace('src/main.ts', 'src/none.ts'), /names no entry/],
  ['a syntax error', '{', /angular\.json has a syntax error/],
])('a workspace with %s is refused', async (_, workspace, message) => {
  const { status, stderr } = await run({ 'angular.json': workspace })
  expect(stderr).toMatch(message)
  expect(status).toBe(1)
})
