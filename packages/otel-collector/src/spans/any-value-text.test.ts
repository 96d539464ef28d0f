import type { AnyValue } from '@throughline/otel-shared'
import { expect, test } from 'vitest'
import { anyValueText } from './any-value-text.ts'

test.each<[string, AnyValue, string]>([
  ['a text is itself', { stringValue: 'GET /cart' }, 'GET /cart'],
  ['an empty text is empty', { stringValue: '' }, ''],
  ['true is a word', { boolValue: true }, 'true'],
  ['false is a word', { boolValue: false }, 'false'],
  ['an integer has no fraction', { intValue: '42' }, '42'],
  ['zero is written', { intValue: '0' }, '0'],
  ['an integer beyond 2^53 keeps its digits', { intValue: '9223372036854775807' }, '9223372036854775807'],
  ['a double is written as JavaScript does', { doubleValue: 0.5 }, '0.5'],
  ['a double that is not finite is a word', { doubleValue: '-Infinity' }, '-Infinity'],
  ['bytes are base64', { bytesValue: 'AQID' }, 'AQID'],
  ['no value is empty', {}, ''],
  ['an empty list is an empty list', { arrayValue: { values: [] } }, '[]'],
  [
    'a list is JSON',
    { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }, {}, { boolValue: true }] } },
    '["a",1,null,true]',
  ],
  [
    'a map is JSON, in its own order',
    {
      kvlistValue: {
        values: [
          { key: 'b', value: { intValue: '1' } },
          { key: 'a', value: { arrayValue: { values: [{ doubleValue: 0.5 }] } } },
        ],
      },
    },
    '{"b":1,"a":[0.5]}',
  ],
  [
    'a key of a map may be __proto__',
    { kvlistValue: { values: [{ key: '__proto__', value: { stringValue: 'data' } }] } },
    '{"__proto__":"data"}',
  ],
])('a value is shown as text: %s', (_, value, text) => {
  expect(anyValueText(value)).toBe(text)
})
