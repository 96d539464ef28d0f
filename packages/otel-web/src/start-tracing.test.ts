import { expect, test } from 'vitest'
import { startTracing } from './index.ts'

test('on a server the import does nothing, and action() only runs its function', async () => {
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
