import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import { tracing } from '../index.ts'

/** A binding with the methods by which Workers AI is recognized. `run` returns `answer`. */
const binding = (answer: unknown) => ({ run: () => answer, toMarkdown: () => undefined })

/** Returns the result in an array, since `await` would call the `then` of a thenable. */
async function resultOf(answer: unknown, model: unknown = 'model'): Promise<readonly [unknown]> {
  const collector = new TestCollector()
  const app = new Hono<{ Bindings: { AI: { run(model: unknown): unknown } } }>()
  app.use(tracing(collector.options()) as never)
  let result: unknown
  app.get('/', async (c) => {
    result = c.env.AI.run(model)
    await new Promise((resolve) => setTimeout(resolve, 10))
    return c.text('ok')
  })
  const response = await app.request('http://x/', {}, { AI: binding(answer) })
  expect(await response.text()).toBe('ok')
  return [result]
}

const noop = () => {}

const withThen = (then: unknown) => Object.fromEntries([['then', then]]) as object
const fail = () => {
  throw new Error('not now')
}

test.each([
  ['a value', 5],
  ['null', null],
  ['an object', { a: 1 }],
  ['a frozen thenable', Object.freeze(withThen(noop))],
  ['a thenable that throws', withThen(fail)],
  ['a thenable without a prototype', Object.assign(Object.create(null) as object, withThen(noop))],
  ['an object whose then is no function', withThen(5)],
  ['an object whose opened is none', { opened: undefined }],
])('a traced call returns the same object as the binding: %s', async (_, answer) => {
  const [result] = await resultOf(answer)
  expect(Object.is(result, answer)).toBe(true)
})

test('a binding can be called with arguments that have no text', async () => {
  expect(await resultOf('answer', Symbol('model'))).toEqual(['answer'])
})
