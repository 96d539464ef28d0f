import { describe, expect, test } from 'vitest'
import { actionsOf } from './action-of.ts'
import type { SeenSpan } from './decode/seen-span.ts'

const CLICKS = { a0: 1_000, b0: 1_150, a1: 5_000 }
const span = (spanId: string, parentIds: string[], startMillis = 0, name = ''): SeenSpan => ({
  spanId,
  parentIds,
  startMillis,
  name,
})
const actions = (...spans: SeenSpan[]) =>
  actionsOf('r', new Map(spans.map((one) => [one.spanId, one])), CLICKS)

describe('actionsOf', () => {
  test('a request is assigned to the click that its root started with', () => {
    expect(actions(span('r', ['p'], 1_400), span('p', ['q'], 1_200), span('q', [], 1_151))).toEqual(['b0'])
  })

  test('a request that is its own root is under no action, even when it starts with a click', () => {
    expect(actions(span('r', [], 1_000))).toEqual([])
  })

  test('a root that did not start with a click is not an action', () => {
    expect(actions(span('r', ['p'], 1_400), span('p', [], 300))).toEqual([])
  })

  test('a root that did not arrive is not an action', () => {
    expect(actions(span('r', ['p'], 1_400))).toEqual([])
  })

  test('a request under two actions is under both', () => {
    expect([...actions(span('r', ['p', 'q']), span('p', [], 1_000), span('q', [], 1_150))].sort()).toEqual([
      'a0',
      'b0',
    ])
  })

  test('a root without a time is identified by its name', () => {
    expect(actions(span('r', ['p']), span('p', [], 0, 'buy-b'))).toEqual(['b0'])
  })

  test('an action named on the span is the last one of that name before it', () => {
    expect(actions({ ...span('r', [], 4_000), actionName: 'buy-a' })).toEqual(['a0'])
  })

  test('a circle of parents ends', () => {
    expect(actions(span('r', ['p']), span('p', ['r']))).toEqual([])
  })
})
