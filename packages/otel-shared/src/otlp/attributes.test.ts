import { expect, test } from 'vitest'
import { toAnyValue, toKeyValues } from './attributes.ts'

test.each([
  ['text', { stringValue: 'text' }],
  ['', { stringValue: '' }],
  [true, { boolValue: true }],
  [false, { boolValue: false }],
  [0, { intValue: '0' }],
  [-7, { intValue: '-7' }],
  [Number.MAX_SAFE_INTEGER, { intValue: '9007199254740991' }],
  [2 ** 53, { doubleValue: 2 ** 53 }],
  [0.5, { doubleValue: 0.5 }],
  [Number.NaN, { doubleValue: 'NaN' }],
  [Number.POSITIVE_INFINITY, { doubleValue: 'Infinity' }],
  [Number.NEGATIVE_INFINITY, { doubleValue: '-Infinity' }],
  [['a', null, 'b'], { arrayValue: { values: [{ stringValue: 'a' }, {}, { stringValue: 'b' }] } }],
  [[], { arrayValue: { values: [] } }],
  [null, {}],
  [undefined, {}],
])('the attribute value %j is %j in OTLP', (value, expected) => {
  expect(toAnyValue(value)).toEqual(expected)
})

test('attributes keep their order, and those without a value are omitted', () => {
  expect(toKeyValues({ second: 2, first: 'one', none: undefined })).toEqual([
    { key: 'second', value: { intValue: '2' } },
    { key: 'first', value: { stringValue: 'one' } },
  ])
})
