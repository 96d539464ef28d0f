import { describe, expect, test } from 'vitest'
import { spanLimits } from '../config/span-limits.ts'
import { type AttributeList, addToList, setInList, toList, toRecorded } from './attribute-list.ts'
import { MAX_READ_LENGTH, safeString, UNREADABLE } from './safe-string.ts'

const how = { options: {}, limits: spanLimits({ spanLimits: {} }) }

const throwing = (key: string, others: object = {}) =>
  Object.defineProperty({ ...others }, key, {
    enumerable: true,
    get() {
      throw new Error('a bug of the app')
    },
  })

// https://opentelemetry.io/docs/specs/otel/common/#attribute
describe('a value that is recorded', () => {
  test.each([
    ['text', 'text'],
    ['', ''],
    [0, 0],
    [-1.5, -1.5],
    [false, false],
    [[], []],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      [1, null, undefined],
      [1, null, undefined],
    ],
  ])('%j', (value, recorded) => {
    expect(toRecorded('app.value', value, how)).toEqual(recorded)
  })

  test.each([[{}], [() => 1], [1n], [Symbol('x')], [new Date(0)], [[{}]], [['a', {}]], [[['a']]]])(
    'is not %o',
    (value) => {
      expect(toRecorded('app.value', value, how)).toBeUndefined()
    },
  )

  test.each([[''], [7], [null], [undefined], [Symbol('x')]])('has no key %o', (key) => {
    expect(toRecorded(key, 'text', how)).toBeUndefined()
  })

  test.each([
    ['app.note', 'mail bob@example.org', 'mail REDACTED'],
    ['app.password', 'opaque', 'REDACTED'],
    ['app.token', ['a', 'b'], ['REDACTED', 'REDACTED']],
    ['app.otp', 482_913, 'REDACTED'],
    ['app.has_password', true, true],
  ])('of %s is without secrets: %j is %j', (key, value, recorded) => {
    expect(toRecorded(key, value, how)).toEqual(recorded)
  })

  test('is a copy of the array of the app', () => {
    const items = ['a']
    const recorded = toRecorded('app.items', items, how)
    items.push('b')
    expect(recorded).toEqual(['a'])
  })
})

describe('a list of attributes', () => {
  test('has one value for each key, the last one, in the order of the keys', () => {
    const list = toList({ a: 1, b: 2 })
    expect(setInList(list, 'a', 3)).toBe(true)
    expect(setInList(list, 'c', 4)).toBe(true)
    expect(list).toEqual(['a', 3, 'b', 2, 'c', 4])
  })

  test('that is full can replace a value but not get another key', () => {
    const list = toList({ a: 1, b: 2 })
    expect(setInList(list, 'b', 3, 2)).toBe(true)
    expect(setInList(list, 'c', 4, 2)).toBe(false)
    expect(list).toEqual(['a', 1, 'b', 3])
  })

  test.each<[string, unknown, AttributeList, number]>([
    ['an object', { a: 1, b: 'x' }, ['a', 1, 'b', 'x'], 0],
    ['values that are absent', { a: null, b: undefined }, [], 0],
    ['an invalid value', { a: {}, b: 1 }, ['b', 1], 1],
    ['an empty key', { '': 1, b: 1 }, ['b', 1], 1],
    ['more than three attributes', { a: 1, b: 2, c: 3, d: 4, e: 5 }, ['a', 1, 'b', 2, 'c', 3], 2],
    ['inherited attributes, which are not its own', Object.create({ a: 1 }), [], 0],
    ['a getter that throws, and what comes after it', throwing('b', { a: 1 }), ['a', 1], 1],
    ['null', null, [], 0],
    ['a string', 'text', [], 0],
    ['a function', () => 1, [], 0],
  ])('gets the attributes of %s', (_, ...[attributes, list, dropped]) => {
    const own: AttributeList = []
    expect(addToList(own, attributes, 3, how)).toBe(dropped)
    expect(own).toEqual(list)
  })
})

describe('a value of the app as text', () => {
  test.each([
    ['text', 'text'],
    [7, '7'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('x'), 'Symbol(x)'],
    [{}, '[object Object]'],
    [new Error('x'), 'Error: x'],
    [Object.create(null), UNREADABLE],
    [{ toString: () => ({}) }, UNREADABLE],
  ])('%o is %j', (value, text) => {
    expect(safeString(() => value)).toBe(text)
  })

  test('that throws when it is read is unreadable', () => {
    expect(safeString(() => Reflect.get(throwing('a'), 'a'))).toBe(UNREADABLE)
  })

  test('is read up to a length', () => {
    expect(safeString(() => 'x'.repeat(MAX_READ_LENGTH + 1))).toHaveLength(MAX_READ_LENGTH)
  })
})
