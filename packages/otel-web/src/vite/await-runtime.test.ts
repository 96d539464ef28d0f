import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { activeContext, delegateTo, iterateInContext, leaveWith, resume, suspend } from './await-runtime.ts'
import { createDisposer } from './disposer.ts'
import { readRuntimeCode } from './runtime-code.ts'

const CONTEXT = ROOT_CONTEXT.setValue(createContextKey('test'), true)

describe('without a context manager', () => {
  test('no context is active without a context manager', () => {
    expect(activeContext()).toBeUndefined()
  })

  test('values pass through unchanged without a context manager', () => {
    // biome-ignore lint/suspicious/noThenProperty: a foreign thenable
    const thenable = { then: () => {} }
    expect(suspend(thenable, undefined, CONTEXT)).toBe(thenable)
    expect(resume(thenable, CONTEXT)).toBe(thenable)
    expect(leaveWith(thenable, CONTEXT)).toBe(thenable)
  })
})

describe('an iterable', () => {
  test('for await has the same values, and calls the return method of its iterable', async () => {
    const closed: string[] = []
    async function* numbers() {
      try {
        yield 1
        yield 2
      } finally {
        closed.push('closed')
      }
    }
    const wrapped = iterateInContext(numbers() as never, () => undefined) as AsyncIterable<number>
    for await (const number of wrapped) {
      expect(number).toBe(1)
      break
    }
    expect(closed).toEqual(['closed'])
  })

  test('yield* uses the same iterable in a function that has not awaited', () => {
    const values = [1, 2] as never
    expect(delegateTo(values, undefined)).toBe(values)
    expect([...(delegateTo(values, CONTEXT) as Iterable<number>)]).toEqual([1, 2])
  })
})

describe('a disposer', () => {
  test('a disposer disposes of resources in reverse order', () => {
    const disposer = createDisposer()
    const order: string[] = []
    for (const name of ['first', 'second']) {
      disposer.use({ [Symbol.dispose]: () => order.push(name) }, false)
    }
    for (let next = disposer.next(); next; next = disposer.next()) disposer.run(next)
    expect(order).toEqual(['second', 'first'])
  })

  test('a disposer throws the error of the block after every resource was disposed of', () => {
    const disposer = createDisposer()
    const error = new Error('block')
    disposer.fail(error)
    expect(() => disposer.end()).toThrow(error)
  })

  test('an error of a dispose method suppresses that of the block', () => {
    const disposer = createDisposer()
    disposer.fail('block')
    disposer.caught('dispose')
    expect(() => disposer.end()).toThrow(
      expect.objectContaining({ name: 'SuppressedError', error: 'dispose', suppressed: 'block' }),
    )
  })

  test('a resource without a dispose method is refused', () => {
    expect(() => createDisposer().use({}, true)).toThrow(TypeError)
  })

  test('an await using without a value is awaited', () => {
    const disposer = createDisposer()
    disposer.use(undefined, true)
    expect(disposer.next()).toEqual({ isAsync: true })
  })
})

test('the code for the page is one module without imports', () => {
  const code = readRuntimeCode()
  expect(code).not.toMatch(/^import\b/m)
  expect(code).toContain('suspend')
})
