import { expect, test } from 'vitest'
import { makeFolder, readFiles, runCommand } from '../../../test/project-folder.ts'
import { TEMPLATES } from '../../../test/templates.ts'
import { addRewrite } from './nextjs.ts'

const YES = ['--yes', '--no-install'] as const
const COLLECTOR = "const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
const REWRITES = "rewrites: async () => [{ source: '/v1/traces', destination: `${collector}/v1/traces` }]"

test.each([
  ['an empty object', 'export default {}\n', `${COLLECTOR}\n\nexport default {\n  ${REWRITES},\n}\n`],
  [
    'CommonJS',
    "/** @type {import('next').NextConfig} */\nconst config = {\n  reactStrictMode: true,\n}\n\nmodule.exports = config\n",
    `${COLLECTOR}\n\n/** @type {import('next').NextConfig} */\nconst config = {\n  reactStrictMode: true,\n  ${REWRITES},\n}\n\nmodule.exports = config\n`,
  ],
  [
    'an import',
    "import path from 'node:path'\n\nexport default { outputFileTracingRoot: path.resolve('.') }\n",
    `import path from 'node:path'\n\n${COLLECTOR}\n\nexport default { outputFileTracingRoot: path.resolve('.'), ${REWRITES} }\n`,
  ],
])('the rewrite is added to a configuration with %s', (_, before, after) => {
  expect(addRewrite('next.config.mjs', before)).toBe(after)
  expect(addRewrite('next.config.mjs', after)).toBe(after)
})

test.each([
  ['rewrites of its own', 'export default { rewrites: async () => [] }\n'],
  ['methods, one of which may be the rewrites', 'export default { async rewrites() { return [] } }\n'],
  ['a spread', 'export default { ...base }\n'],
  ['a wrapper', 'export default withPlugin({})\n'],
  ['the name of the new constant', 'const collector = 1\nexport default { env: { collector } }\n'],
  ['a syntax error', 'export default {\n'],
])('a configuration with %s is left', (_, text) => {
  expect(addRewrite('next.config.mjs', text)).toBeUndefined()
})

test('the lines for a configuration that is left are printed', async () => {
  const config = 'export default withPlugin({})\n'
  const folder = makeFolder({ ...TEMPLATES.nextjs, 'next.config.ts': config })
  const { status, stderr } = await runCommand(folder, ...YES)
  expect([status, readFiles(folder)['next.config.ts']]).toEqual([2, config])
  expect(stderr).toContain(`  ${REWRITES},\n`)
})

test('an app in src gets its client instrumentation there, in the style of its configuration', async () => {
  const { 'app/page.tsx': page, ...files } = TEMPLATES.nextjs
  const folder = makeFolder({ ...files, 'src/app/page.tsx': page })
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  expect(readFiles(folder)).not.toHaveProperty('instrumentation-client.ts')
  expect(readFiles(folder)['src/instrumentation-client.ts']).toBe(
    'import { startTracing } from "@throughline/otel-web";\n\nexport const tracing = startTracing({ serviceName: "my-app" });\n',
  )
})

test('an app of JavaScript without a configuration gets one', async () => {
  const manifest = '{ "name": "shop", "dependencies": { "next": "16.4.6" } }'
  const folder = makeFolder({ 'package.json': manifest, 'pages/index.js': 'export default () => null\n' })
  expect((await runCommand(folder, ...YES)).status).toBe(0)
  expect(readFiles(folder)).toMatchObject({
    'instrumentation-client.js': expect.stringContaining('startTracing'),
    'next.config.mjs': `${COLLECTOR}\n\nconst nextConfig = {\n  ${REWRITES},\n}\n\nexport default nextConfig\n`,
  })
})

test('client instrumentation of the app keeps its code', async () => {
  const own = "import { start } from './analytics'\n\nstart()\n"
  const folder = makeFolder({ ...TEMPLATES.nextjs, 'instrumentation-client.js': own })
  await runCommand(folder, ...YES)
  expect(readFiles(folder)).not.toHaveProperty('instrumentation-client.ts')
  expect(readFiles(folder)['instrumentation-client.js']).toBe(
    "import { start } from './analytics'\nimport { startTracing } from '@throughline/otel-web'\n\nexport const tracing = startTracing({ serviceName: 'my-app' })\n\nstart()\n",
  )
})
