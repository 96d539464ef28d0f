import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startTracing } from './index.ts'
import { VERSION } from './version.ts'

test('on a server the import does nothing, and the handle only runs what it is given', async () => {
  const before = Object.keys(globalThis)
  const tracing = startTracing({ serviceName: 'shop-web' })
  const value = await tracing.action('render', async (action) => {
    action.hold()()
    action.end()
    return 7
  })
  expect(value).toBe(7)
  expect(tracing.health().recording).toBe(false)
  tracing.onTrace(() => {})()
  await tracing.flush()
  await tracing.shutdown()
  expect(Object.keys(globalThis)).toEqual(before)
})

test('the version in the spans is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(VERSION).toBe(version)
})
