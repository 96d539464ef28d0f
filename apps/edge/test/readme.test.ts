import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectTrace } from '@throughline/otel-testing'
import { startCollector } from '@throughline/otel-testing/node'
import { startWorkers } from '@throughline/otel-testing/workers'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
// The folder is in the workspace, so that packages resolve as in an app.
const FOLDER = join(import.meta.dirname, 'readme-worker')

it('the worker of the README continues a trace and exports it', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const source = /```ts run=readme-worker\n([\s\S]*?)```/.exec(readme)?.[1]
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'index.ts'), String(source))
  const collector = await startCollector()
  const vars = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const workers = await startWorkers({
    root: FOLDER,
    workers: [{ config: { name: 'shop', main: 'index.ts', vars } }],
  })
  try {
    const traceId = 'a'.repeat(32)
    const parentSpanId = 'b'.repeat(16)
    const headers = { traceparent: `00-${traceId}-${parentSpanId}-01`, 'sec-fetch-site': 'same-origin' }
    const response = await fetch(new URL('/api/products/7', workers.url), { headers })
    expect(await response.json()).toEqual({ id: '7' })
    await expectTrace(
      collector,
      {
        service: 'shop',
        name: 'GET /api/products/:id',
        kind: 'SERVER',
        status: 'UNSET',
        parentSpanId,
        children: [],
      },
      { traceId },
    )
  } finally {
    await workers.stop()
    await collector.close()
    rmSync(FOLDER, { recursive: true })
  }
})
