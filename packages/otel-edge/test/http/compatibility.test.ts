import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker, serveWorker } from '@throughline/otel-testing/workers'
import { expect, test } from 'vitest'

test('a compatibility date without AsyncLocalStorage fails at start with an error that names the remedies', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-date-'))
  try {
    await bundleWorker(join(import.meta.dirname, 'full-worker.ts'), folder)
    writeFileSync(
      join(folder, 'worker.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = (
    modules = [ (name = "worker", esModule = embed "full-worker.js") ],
    compatibilityDate = "2026-01-01",
  )) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ]
);
`,
    )
    const workerd = join(import.meta.dirname, '../../../../node_modules/.bin/workerd')
    const { status, stderr } = spawnSync(workerd, ['serve', join(folder, 'worker.capnp')], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    expect(status).not.toBe(0)
    expect(stderr).toContain('set compatibility_date = ')
    expect(stderr).toContain('nodejs_compat')
    expect(stderr).toContain('nodejs_als')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.each(['nodejs_compat', 'nodejs_als'])('an old compatibility date works with %s', async (flag) => {
  const main = join(import.meta.dirname, 'minimal-worker.ts')
  const worker = await serveWorker(main, { compatibilityFlags: [flag], compatibilityDate: '2026-01-01' })
  try {
    const response = await fetch(`${worker.url}/hello/world`)
    expect([response.status, await response.text()]).toEqual([200, 'world'])
  } finally {
    worker.stop()
  }
})
