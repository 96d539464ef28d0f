import fc from 'fast-check'
import { expect, test } from 'vitest'
import { truncate } from './truncate.ts'

test.each([
  ['shorter than the limit', 'abc', 4, 'abc'],
  ['as long as the limit', 'abcd', 4, 'abcd'],
  ['longer', 'abcde', 4, 'abcd'],
  ['a pair across the limit', 'abc😀', 4, 'abc'],
  ['a pair before the limit', 'ab😀c', 4, 'ab😀'],
  ['a lone high surrogate at the limit', 'abc\ud83dx', 4, 'abc\ufffd'],
  ['a lone low surrogate after the limit', 'abcd\ude00', 4, 'abcd'],
  ['two high surrogates, the second one of a pair', 'ab\ud83d😀', 4, 'ab\ufffd'],
  ['a lone high surrogate in a short text', 'a\ud83db', 9, 'a\ufffdb'],
  ['a lone low surrogate in a short text', '\ude00', 9, '\ufffd'],
  ['the halves of a pair in the wrong order', '\ude00\ud83d', 9, '\ufffd\ufffd'],
  ['no room', '😀', 0, ''],
  ['half the room of a pair', '😀', 1, ''],
  ['no limit', 'a😀'.repeat(9), Number.POSITIVE_INFINITY, 'a😀'.repeat(9)],
])('a text is truncated: %s', (_, text, maxLength, expected) => {
  expect(truncate(text, maxLength)).toBe(expected)
})

const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))

test('a truncated text is well formed and at most one code unit shorter than the limit', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), fc.nat(30), (text, maxLength) => {
      const cut = truncate(text, maxLength)
      expect(new TextDecoder().decode(new TextEncoder().encode(cut))).toBe(cut)
      expect(cut.length).toBeLessThanOrEqual(maxLength)
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, maxLength - 1))
    }),
  )
})
