import { expect, test } from 'vitest'
import { trimOptionalWhitespace } from './optional-whitespace.ts'

test.each([
  ['', ''],
  ['a', 'a'],
  [' a', 'a'],
  ['a\t', 'a'],
  [' \t a b \t ', 'a b'],
  [' ', ''],
  [' \t \t', ''],
  // Other whitespace is a part of the value.
  ['\u00a0a\u00a0', '\u00a0a\u00a0'],
  ['\na\r', '\na\r'],
  ['\u2003a', '\u2003a'],
])('%j without optional white space is %j', (value, trimmed) => {
  expect(trimOptionalWhitespace(value)).toBe(trimmed)
})
