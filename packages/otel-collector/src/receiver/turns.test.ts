import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

/** A task that logs its start and runs until it is released. */
function makeTask(name: string, log: string[]) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const task = async () => {
    log.push(`${name} begins`)
    begun.resolve()
    await promise
    log.push(`${name} ends`)
  }
  return { task, begun: begun.promise, release: resolve }
}

test('tasks run one at a time in the order of their calls', async () => {
  const turns = createTurns(Number.POSITIVE_INFINITY)
  const log: string[] = []
  const [first, second] = [makeTask('first', log), makeTask('second', log)]
  const done = [turns(first.task), turns(second.task)]
  await first.begun
  expect(log).toEqual(['first begins'])
  second.release()
  first.release()
  await Promise.all(done)
  expect(log).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
})

test('a task that fails rejects the promise of its own caller only', async () => {
  const turns = createTurns(Number.POSITIVE_INFINITY)
  const failing = turns(async () => {
    throw new Error('too large')
  })
  const next = turns(async () => {})
  await expect(failing).rejects.toThrow('too large')
  await expect(next).resolves.toBeUndefined()
})

test('garbage is collected between tasks if the heap exceeds its limit', async () => {
  const turns = createTurns(0)
  let large: unknown[] | undefined = Array.from({ length: 1_000 }, () => ({}))
  const reference = new WeakRef(large)
  large = undefined
  await turns(async () => {})
  // The collection runs after the task, and the next task waits for it.
  await turns(async () => {})
  expect(reference.deref()).toBeUndefined()
})
