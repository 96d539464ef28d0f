import { expect, test } from 'vitest'
import { makeFolder, readFiles, runCommand } from '../../test/project-folder.ts'

const WRANGLER = 'name = "shop"\nmain = "src/index.ts"\ncompatibility_date = "2026-11-01"\n'

async function trace(text: string) {
  const folder = makeFolder({ 'src/index.ts': text, 'wrangler.toml': WRANGLER, 'package.json': '{}' })
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
    'a handler with a type of three parameters, which `instrument` has not',
    'export default {} satisfies ExportedHandler<Env, Message, Properties>\n',
    `import { instrument } from '@throughline/otel-edge'\n\nexport default instrument({} satisfies ExportedHandler<Env, Message, Properties>, ${OPTIONS})\n`,
  ],
])('%s is traced', async (_, before, after) => {
  const { status, text } = await trace(before)
  expect([status, text]).toEqual([0, after])
})

test.each([
  [
    'a class',
    "import { WorkerEntrypoint } from 'cloudflare:workers'\nexport default class extends WorkerEntrypoint {}\n",
  ],
  ['a class by its name', 'class Entry {}\nexport default Entry\n'],
  ['no default export', "addEventListener('fetch', () => {})\n"],
  ['a name that tracing needs', 'const tracing = 1\nexport default {}\n'],
  ['a syntax error', 'export default {\n'],
])('a worker with %s is left to the user', async (_, before) => {
  const { status, stderr, text } = await trace(before)
  expect(text).toBe(before)
  expect(status).toBe(2)
  expect(stderr).toContain("export default instrument(handler, { serviceName: 'shop' });")
})

test('the classes of a worker are named', async () => {
  const { stdout } = await trace(
    "import { DurableObject } from 'cloudflare:workers'\nexport class Cart extends DurableObject {}\nexport default {}\n",
  )
  expect(stdout).toContain('Wrap the classes that src/index.ts exports')
})
