import { describe, expect, test } from 'vitest'
import { toJson } from './logger-json.ts'

describe('a value of a log as JSON', () => {
  test.each<[unknown, string]>([
    [{ a: 1, b: [true, null] }, '{"a":1,"b":[true,null]}'],
    ['text', '"text"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ a: undefined }, '{}'],
    [10n, '"10"'],
    [{ id: 2n ** 64n }, '{"id":"18446744073709551616"}'],
    [Number.NaN, 'null'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new Map([['a', 1]]), '{}'],
    [{ toJSON: () => 'own' }, '"own"'],
    [Symbol('x'), 'Symbol(x)'],
  ])('%o is %s', (value, json) => {
    expect(toJson(value)).toBe(json)
  })

  test('of an error is its stack', () => {
    const error = Object.assign(new Error('x'), { stack: 'Error: x\n  at a' })
    expect(toJson({ error })).toBe('{"error":"Error: x\\n  at a"}')
    Reflect.set(error, 'stack', undefined)
    expect(toJson([error])).toBe('["Error: x"]')
  })

  test('has no circular reference', () => {
    const order: Record<string, unknown> = { id: 1 }
    order.self = order
    order.items = [{ order }]
    expect(toJson(order)).toBe('{"id":1,"self":"[circular]","items":[{"order":"[circular]"}]}')
  })

  test('has an object twice that occurs twice', () => {
    const item = { id: 1 }
    expect(toJson({ one: item, other: item, list: [item, item] })).toBe(
      '{"one":{"id":1},"other":{"id":1},"list":[{"id":1},{"id":1}]}',
    )
  })

  test('is absent when it throws', () => {
    const throws = () => {
      throw new Error('a bug of the app')
    }
    expect(toJson({ toJSON: throws })).toBeUndefined()
    expect(toJson(Object.defineProperty({}, 'a', { enumerable: true, get: throws }))).toBeUndefined()
    expect(toJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}')
  })

  test('has no values of secret keys, except for booleans', () => {
    const isSecret = (key: string) => key.includes('token')
    expect(toJson({ token: 'a', nested: [{ token: { b: 1 } }], token_set: true, other: 'b' }, isSecret)).toBe(
      '{"token":"REDACTED","nested":[{"token":"REDACTED"}],"token_set":true,"other":"b"}',
    )
  })
})
