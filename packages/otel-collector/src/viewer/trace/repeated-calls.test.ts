import { describe, expect, test } from 'vitest'
import { span, treeOf } from '../../../test/letter-spans.ts'
import { attribute } from '../../../test/otlp.ts'
import { repeatedCalls } from './repeated-calls.ts'

const CLIENT = 3

/** The children of a span by their start, each 10 ms long. */
function repeatedAt(starts: readonly number[], more: (index: number) => object = () => ({})) {
  const calls = starts.map((start, index) =>
    span(String.fromCharCode(98 + index), 'a', [start, 10], {
      kind: CLIENT,
      name: 'SELECT stock',
      ...more(index),
    }),
  )
  const [root] = treeOf(span('a', '', [0, 1000]), ...calls).roots
  return root && repeatedCalls(root)
}

describe('equal calls one after another', () => {
  test('five are repeated calls, with the time from the first to the last', () => {
    expect(repeatedAt([0, 20, 40, 60, 80])).toEqual({ name: 'SELECT stock', count: 5, nanos: 90e6 })
  })

  test('calls that begin when the one before ends are repeated calls', () => {
    expect(repeatedAt([0, 10, 20, 30, 40, 50])).toMatchObject({ count: 6 })
  })

  test.each([
    ['four', [0, 20, 40, 60], undefined],
    ['parallel calls', [0, 0, 0, 1, 1, 2, 2, 3], undefined],
    ['calls of different names', [0, 20, 40, 60, 80], (index: number) => ({ name: `SELECT ${index}` })],
    ['spans that are no calls', [0, 20, 40, 60, 80], () => ({ kind: 1 })],
    [
      'requests to different paths',
      [0, 20, 40, 60, 80],
      (index: number) => ({ name: 'GET', attributes: [attribute('url.path', `/api/${index}`)] }),
    ],
  ])('%s are none', (_, starts, more) => {
    expect(repeatedAt(starts, more)).toBeUndefined()
  })

  test('requests to one path are named by it', () => {
    const more = () => ({ name: 'GET', attributes: [attribute('url.path', '/api/stock')] })
    expect(repeatedAt([0, 20, 40, 60, 80], more)).toMatchObject({ name: 'GET /api/stock', count: 5 })
  })

  test('of two groups, the one that took longer is named', () => {
    const starts = [0, 20, 40, 60, 80, 100, 200, 300, 400, 500]
    const more = (index: number) => ({ name: index < 5 ? 'short' : 'long' })
    expect(repeatedAt(starts, more)).toMatchObject({ name: 'long', nanos: 410e6 })
  })
})
