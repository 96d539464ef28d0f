import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { createTestHarness } from 'wrangler'
import { startTraces } from './start-traces.ts'

const ROOT = join(import.meta.dirname, '../../..')
// Inside the workspace, so that the packages are found as in an app.
const FOLDER = join(import.meta.dirname, 'readme-worker')

it('the worker of the README continues a trace and exports it', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const source = /```ts run=readme-worker\n([\s\S]*?)```/.exec(readme)?.[1]
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'index.ts'), String(source))
  const traces = await startTraces()
  const harness = createTestHarness({
    root: FOLDER,
    workers: [
      {
        config: {
          name: 'shop',
          main: 'index.ts',
          compatibility_date: '2026-11-01',
          vars: { OTEL_EXPORTER_OTLP_ENDPOINT: traces.otlpEndpoint },
        },
      },
    ],
  })
  try {
    const { url } = await harness.listen()
    const traceId = 'a'.repeat(32)
    const headers = { traceparent: `00-${traceId}-${'b'.repeat(16)}-01`, 'sec-fetch-site': 'same-origin' }
    const response = await fetch(new URL('/api/products/7', url), { headers })
    expect(await response.json()).toEqual({ id: '7' })
    await vi.waitFor(
      () => expect(traces.treeOf(traceId)).toEqual(['shop · GET /api/products/:id · server · ORPHAN']),
      {
        timeout: 5000,
      },
    )
  } finally {
    await harness.close()
    await traces.stop()
    rmSync(FOLDER, { recursive: true })
  }
})
