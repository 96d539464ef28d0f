import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { waitForSpan } from '@throughline/otel-testing'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { startWorkers } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const BIN = join(ROOT, 'node_modules/.bin')
// The folder is in the workspace, so that packages resolve as in an app.
const FOLDER = join(import.meta.dirname, 'deploy-workers')
const GUIDE = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')
const run = promisify(execFile)

const blocksOf = (language: string) =>
  [...GUIDE.matchAll(new RegExp(`\`\`\`${language} run=([\\w-]+)\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, name = '', text = '']) => [name, text] as const,
  )
const WORKERS = blocksOf('ts')
const CONFIGS = blocksOf('toml')

/** The environment, the request and the expected result of each worker. */
const EXPECTED: Readonly<
  Record<
    string,
    { config?: object; method?: string; path: string; answer: unknown; spans: readonly string[] }
  >
> = {
  hono: { path: '/products/7', answer: { id: '7' }, spans: ['shop GET /products/:id'] },
  'hono-queue': {
    config: {
      queues: {
        producers: [{ binding: 'ORDERS', queue: 'orders' }],
        consumers: [{ queue: 'orders', max_batch_timeout: 0 }],
      },
    },
    method: 'POST',
    path: '/orders/7',
    answer: { ordered: true },
    spans: ['shop POST /orders/:id', 'shop send orders', 'shop process orders'],
  },
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
  'two-doors': { path: '/stock/7', answer: { id: '7', left: 2 }, spans: ['stock GET /stock/:id'] },
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

let collector: Collector
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, text] of WORKERS) writeFileSync(join(FOLDER, `${name}.ts`), text)
  collector = await startCollector()
})
afterAll(async () => {
  await collector?.close()
  rmSync(FOLDER, { recursive: true, force: true })
})

describe('the guide to deploying', () => {
  it('every worker and configuration of the guide has a test', () => {
    expect(WORKERS.map(([name]) => name)).toEqual(Object.keys(EXPECTED))
    expect(GUIDE.match(/^```(?:ts|toml)\n/gm)).toBeNull()
  })

  it('the workers of the guide type-check', async () => {
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

  it.each(WORKERS)('the worker responds and is traced as described: %s', async (name) => {
    const {
      config,
      method = 'GET',
      path,
      answer,
      spans,
    } = EXPECTED[name] ?? {
      path: '/',
      answer: undefined,
      spans: [],
    }
    const vars = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...(config as { vars?: object })?.vars }
    const workers = await startWorkers({
      root: FOLDER,
      workers: [{ config: { name, main: `${name}.ts`, ...config, vars } as never }],
    })
    try {
      const traceId = crypto.randomUUID().replaceAll('-', '')
      const response = await fetch(new URL(path, workers.url), {
        method,
        headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01`, 'sec-fetch-site': 'same-origin' },
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json')
      expect(isJson ? JSON.parse(text) : text).toEqual(answer)
      for (const label of spans) {
        await waitForSpan(
          collector,
          (span) => span.traceId === traceId && `${span.service} ${span.name}` === label,
        )
      }
    } finally {
      await workers.stop()
    }
  })

  it.each(CONFIGS)('wrangler accepts the configuration: %s', async (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-deploy-'))
    const scripts = join(folder, 'scripts')
    mkdirSync(scripts)
    const config = join(folder, 'wrangler.toml')
    // Its paths are relative to the root of the repository, and the scripts may not be built.
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

  it('the wrangler commands of the guide exist', async () => {
    const commands = new Set(
      [...GUIDE.matchAll(/^npx wrangler ([a-z0-9]+(?: [a-z0-9]+)?)/gm)].map(([, words = '']) => words),
    )
    expect(commands.size).toBeGreaterThan(5)
    for (const words of commands) {
      const { stdout } = await run(join(BIN, 'wrangler'), [...words.split(' '), '--help'])
      expect(stdout, words).toContain(`wrangler ${words}`)
    }
  })
})
