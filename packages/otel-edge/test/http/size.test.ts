import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundleWorker } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const WORKERS = ['bare-worker', 'minimal-worker', 'full-worker'] as const
const folder = mkdtempSync(join(tmpdir(), 'throughline-size-'))
const code = new Map<string, string>()

beforeAll(async () => {
  for (const name of WORKERS) {
    const script = await bundleWorker(join(import.meta.dirname, `${name}.ts`), folder, '--minify')
    code.set(name, readFileSync(script, 'utf8'))
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const sizeBytes = (name: (typeof WORKERS)[number]) => gzipSync(code.get(name) ?? '', { level: 9 }).length

describe('what tracing() adds to a Hono worker minified and gzipped', () => {
  test('the minimal entry adds at most 25,190 bytes', () => {
    expect(sizeBytes('minimal-worker') - sizeBytes('bare-worker')).toBeLessThanOrEqual(25_190)
  })

  test('the full entry adds at most 29,130 bytes', () => {
    expect(sizeBytes('full-worker') - sizeBytes('bare-worker')).toBeLessThanOrEqual(29_130)
  })

  test('the minimal entry has no code of other bindings', () => {
    expect(code.get('full-worker')).toContain('cloudflare-d1')
    expect(code.get('minimal-worker')).not.toMatch(/cloudflare-(?:d1|kv|r2|queues)/)
  })
})
