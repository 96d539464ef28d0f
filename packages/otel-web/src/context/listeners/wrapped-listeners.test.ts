import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AsyncContextManager } from '../async-context-manager.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const nextTask = () => new Promise<void>((resolve) => setImmediate(resolve))

const NAME = createContextKey('name')
const A = ROOT_CONTEXT.setValue(NAME, 'a')

let manager: AsyncContextManager

beforeEach(() => {
  manager = new AsyncContextManager().enable()
})

afterEach(() => {
  manager.disable()
})

test('a removed listener is not retained by its target', async () => {
  const { signal } = new AbortController()
  const listen = (): WeakRef<object> => {
    const listener = () => {}
    manager.with(A, () => signal.addEventListener('abort', listener))
    signal.removeEventListener('abort', listener)
    return new WeakRef(listener)
  }
  const listeners = Array.from({ length: 10 }, listen)
  await nextTask()
  collectGarbage()
  // The engine may keep the very last one in a register.
  expect(listeners.filter((listener) => listener.deref()).length).toBeLessThan(2)
  expect(signal.aborted).toBe(false)
})

test('a registered listener is called in its context, and its handler property is unchanged', () => {
  const controller = new AbortController()
  const seen: unknown[] = []
  const listener = () => seen.push(manager.active().getValue(NAME))
  manager.with(A, () => {
    controller.signal.addEventListener('abort', listener)
    controller.signal.onabort = listener
  })
  collectGarbage()
  expect(controller.signal.onabort).toBe(listener)
  controller.abort()
  expect(seen).toEqual(['a', 'a'])
})
