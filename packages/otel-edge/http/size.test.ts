import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleWorker } from './serve-worker.ts'

const WORKERS = ['bare-worker', 'minimal-worker', 'full-worker'] as const
const folder = mkdtempSync(join(tmpdir(), 'throughline-size-'))
const code = new Map<string, string>()

beforeAll(async () => {
  for (const name of WORKERS)
    code.set(name, readFileSync(await bundleWorker(name, folder, '--minify'), 'utf8'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const sizeBytes = (name: (typeof WORKERS)[number]) => gzipSync(code.get(name) ?? '', { level: 9 }).length

describe('what tracing() adds to a Hono worker minified and gzipped', () => {
  test('with fetch and service bindings alone at most 16,000 bytes', () => {
    expect(sizeBytes('minimal-worker') - sizeBytes('bare-worker')).toBeLessThanOrEqual(16_000)
  })

  test('with every binding at most 18,500 bytes', () => {
    expect(sizeBytes('full-worker') - sizeBytes('bare-worker')).toBeLessThanOrEqual(18_500)
  })

  test('bindings that are not used are not there', () => {
    expect(code.get('full-worker')).toContain('cloudflare-d1')
    expect(code.get('minimal-worker')).not.toMatch(/cloudflare-(?:d1|kv|r2|queues)/)
  })
})
