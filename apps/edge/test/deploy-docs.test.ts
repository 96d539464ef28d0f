import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestHarness } from 'wrangler'
import { startTraces, type Traces } from './start-traces.ts'

const ROOT = join(import.meta.dirname, '../../..')
const BIN = join(ROOT, 'node_modules/.bin')
// Inside the workspace, so that the packages are found as in an app.
const FOLDER = join(import.meta.dirname, 'deploy-workers')
const GUIDE = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')
const run = promisify(execFile)

const blocksOf = (language: string) =>
  [...GUIDE.matchAll(new RegExp(`\`\`\`${language} run=([\\w-]+)\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, name = '', text = '']) => [name, text] as const,
  )
const WORKERS = blocksOf('ts')
const CONFIGS = blocksOf('toml')

/** What each worker is given, asked, and seen to do. */
const EXPECTED: Readonly<
  Record<string, { config?: object; path: string; answer: unknown; spans: readonly string[] }>
> = {
  hono: { path: '/products/7', answer: { id: '7' }, spans: ['shop GET /products/:id'] },
  plain: {
    config: { vars: { GREETING: 'Hello' } },
    path: '/anna',
    answer: 'Hello, /anna',
    spans: ['greeter GET'],
  },
  everything: {
    config: {
      durable_objects: { bindings: [{ name: 'CART', class_name: 'Cart' }] },
      migrations: [{ tag: 'v1', new_sqlite_classes: ['Cart'] }],
      workflows: [{ name: 'refund', binding: 'REFUND', class_name: 'Refund' }],
      queues: {
        producers: [{ binding: 'ORDERS', queue: 'orders' }],
        consumers: [{ queue: 'orders', max_batch_timeout: 0 }],
      },
    },
    path: '/',
    answer: { count: 1 },
    spans: ['shop GET', 'shop CART.add', 'shop add', 'shop send orders', 'shop process orders'],
  },
  minimal: { path: '/', answer: 'small', spans: ['small GET /'] },
  overflow: {
    config: { queues: { producers: [{ binding: 'OVERFLOW', queue: 'otel-overflow' }] } },
    path: '/',
    answer: 'shop',
    spans: ['shop GET /'],
  },
  pages: {
    path: '/',
    answer: expect.stringContaining(
      '<head><script src="/throughline.js" data-service-name="site-web"></script>',
    ),
    spans: ['site GET /'],
  },
  logs: { path: '/', answer: 'shop', spans: ['shop GET /'] },
}

let traces: Traces
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, text] of WORKERS) writeFileSync(join(FOLDER, `${name}.ts`), text)
  traces = await startTraces()
})
afterAll(async () => {
  await traces?.stop()
  rmSync(FOLDER, { recursive: true, force: true })
})

describe('the guide to deploying', () => {
  it('has no worker and no configuration that is not tried', () => {
    expect(WORKERS.map(([name]) => name)).toEqual(Object.keys(EXPECTED))
    expect(GUIDE.match(/^```(?:ts|toml)\n/gm)).toBeNull()
  })

  it('has workers whose types are right', async () => {
    writeFileSync(
      join(FOLDER, 'tsconfig.json'),
      JSON.stringify({
        extends: join(ROOT, 'tsconfig.base.json'),
        compilerOptions: { lib: ['ES2023'], types: ['@cloudflare/workers-types'] },
        include: ['*.ts'],
      }),
    )
    await run(join(BIN, 'tsc'), ['-p', FOLDER])
  })

  it.each(WORKERS)('has a worker that does what it says: %s', async (name) => {
    const { config, path, answer, spans } = EXPECTED[name] ?? { path: '/', answer: undefined, spans: [] }
    const vars = { OTEL_EXPORTER_OTLP_ENDPOINT: traces.otlpEndpoint, ...(config as { vars?: object })?.vars }
    const harness = createTestHarness({
      root: FOLDER,
      workers: [
        {
          config: { name, main: `${name}.ts`, compatibility_date: '2026-11-01', ...config, vars } as never,
        },
      ],
    })
    try {
      const { url } = await harness.listen()
      const traceId = crypto.randomUUID().replaceAll('-', '')
      const response = await fetch(new URL(path, url), {
        headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01`, 'sec-fetch-site': 'same-origin' },
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json')
      expect(isJson ? JSON.parse(text) : text).toEqual(answer)
      await vi.waitFor(
        () => {
          const seen = traces.spansOf(traceId).map((span) => `${span.resource['service.name']} ${span.name}`)
          expect(seen).toEqual(expect.arrayContaining([...spans]))
        },
        { timeout: 8_000 },
      )
    } finally {
      await harness.close()
    }
  })

  it.each(CONFIGS)('has a configuration that wrangler takes: %s', async (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-deploy-'))
    const scripts = join(folder, 'scripts')
    mkdirSync(scripts)
    const config = join(folder, 'wrangler.toml')
    // Its paths are those from the top of the repository; the scripts may not be built.
    const absolute = text
      .replace('"packages/otel-web/dist"', `"${scripts}"`)
      .replace('"apps/edge', `"${join(ROOT, 'apps/edge')}`)
    writeFileSync(config, absolute)
    try {
      const flags = ['--dry-run', `--config=${config}`, `--outdir=${join(folder, 'out')}`]
      const { stdout } = await run(join(BIN, 'wrangler'), ['deploy', ...flags])
      expect(stdout).toContain('--dry-run: exiting now.')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('names commands that wrangler has', async () => {
    const commands = [...GUIDE.matchAll(/^npx wrangler ((?:[a-z]+ ?)+)/gm)].map(([, words = '']) =>
      words.trim().split(' '),
    )
    expect(commands.length).toBeGreaterThan(5)
    for (const words of commands) {
      const { stdout } = await run(join(BIN, 'wrangler'), [...words.slice(0, 2), '--help'])
      expect(stdout, words.join(' ')).toContain(`wrangler ${words[0]}`)
    }
  })
})
