import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Runs code in Node as a runtime of the condition `edge-light` would resolve this package. */
function run(code: string): string {
  const args = ['--conditions=edge-light', '--input-type=module', '--eval', code]
  return execFileSync(process.execPath, args, {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

test('an import without AsyncLocalStorage fails with an error that names it', () => {
  const code = "await import('@throughline/otel-edge').catch(({ message }) => console.log(message))"
  expect(run(code)).toContain('needs AsyncLocalStorage, from node:async_hooks or as a global')
})

test('the global AsyncLocalStorage of an edge-light runtime is used', () => {
  const code = `
    globalThis.AsyncLocalStorage = process.getBuiltinModule('node:async_hooks').AsyncLocalStorage
    const { tracing } = await import('@throughline/otel-edge')
    console.log(typeof tracing)`
  expect(run(code)).toBe('function\n')
})
