import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeUtf8, decodeUtf8Lossy } from './utf8.ts'

const encode = (text: string) => new TextEncoder().encode(text)

test.each(['', 'ascii', 'ü', '漢字', '😀', '\ufeffafter a byte order mark', 'in the \ufeff middle'])(
  '%j is decoded to itself',
  (text) => {
    expect(decodeUtf8(encode(text))).toBe(text)
    expect(decodeUtf8Lossy(encode(text))).toBe(text)
  },
)

test.each([
  ['a byte that cannot begin a character', [0x61, 0xff], 'a\ufffd'],
  ['a truncated character', [0x61, 0xc3], 'a\ufffd'],
  ['a surrogate', [0xed, 0xa0, 0xbd], '\ufffd\ufffd\ufffd'],
  ['an overlong form', [0xc0, 0xaf], '\ufffd\ufffd'],
] as const)('%s is undefined in strict decoding, and U+FFFD in lossy decoding', (_, bytes, text) => {
  expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined()
  expect(decodeUtf8Lossy(Uint8Array.from(bytes))).toBe(text)
})

test('every well-formed text is decoded to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decodeUtf8(encode(text))).toBe(text)
    }),
  )
})
