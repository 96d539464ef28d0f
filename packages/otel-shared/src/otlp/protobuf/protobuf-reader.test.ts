import { describe, expect, test } from 'vitest'
import { ProtobufError, ProtobufReader } from './protobuf-reader.ts'

const MAX_VARINT = [...Array(9).fill(0xff), 0x01]

/** A reader that has read the tag of the first field. */
function readerOf(...bytes: readonly number[]): ProtobufReader {
  const reader = new ProtobufReader(Uint8Array.from(bytes))
  reader.nextField()
  return reader
}

// https://protobuf.dev/programming-guides/encoding/#varints
describe('integers', () => {
  test.each([
    [[0x00], 0],
    [[0x7f], 127],
    [[0x96, 0x01], 150],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 4294967295],
    [[0x80, 0x80, 0x80, 0x80, 0x10], 0],
    [[0x81, 0x00], 1],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 0],
    [MAX_VARINT, 4294967295],
  ])('the varint %j is the 32-bit number %d', (varint, value) => {
    expect(readerOf(0x08, ...varint).uint32()).toBe(value)
  })

  test.each([
    [[0x00], 0n],
    [[0x96, 0x01], 150n],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 2n ** 63n - 1n],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], -(2n ** 63n)],
    [MAX_VARINT, -1n],
    [[...Array(9).fill(0xff), 0x7f], -1n],
  ])('the varint %j is the signed 64-bit number %d', (varint, value) => {
    expect(readerOf(0x08, ...varint).int64()).toBe(value)
  })

  test.each([
    [[0x00], false],
    [[0x01], true],
    [[0x02], true],
    [[0x80, 0x00], false],
    [MAX_VARINT, true],
  ])('the varint %j is the boolean %s', (varint, value) => {
    expect(readerOf(0x08, ...varint).bool()).toBe(value)
  })

  test.each(['uint32', 'int64', 'bool'] as const)('a varint of more than ten bytes is no %s', (type) => {
    const reader = readerOf(0x08, ...Array(10).fill(0x80), 0x00)
    expect(() => reader[type]()).toThrow(new ProtobufError('a varint is too long'))
  })

  test.each(['uint32', 'int64', 'bool'] as const)('a varint without its last byte is no %s', (type) => {
    expect(() => readerOf(0x08, 0x80)[type]()).toThrow(new ProtobufError('the message is truncated'))
  })
})

describe('numbers of a fixed size', () => {
  test('they are little-endian and unsigned', () => {
    expect(readerOf(0x0d, 0x01, 0x02, 0x03, 0xff).fixed32()).toBe(0xff030201)
    expect(readerOf(0x09, 1, 0, 0, 0, 0, 0, 0, 0x80).fixed64()).toBe(2n ** 63n + 1n)
  })

  test.each([
    [[0, 0, 0, 0, 0, 0, 0, 0], 0],
    [[0, 0, 0, 0, 0, 0, 0, 0x80], -0],
    [[0, 0, 0, 0, 0, 0, 0xf0, 0x3f], 1],
    [[0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f], 0.1],
    [[1, 0, 0, 0, 0, 0, 0, 0], Number.MIN_VALUE],
    [[0, 0, 0, 0, 0, 0, 0xf0, 0x7f], Number.POSITIVE_INFINITY],
    [[0, 0, 0, 0, 0, 0, 0xf0, 0xff], Number.NEGATIVE_INFINITY],
    [[0, 0, 0, 0, 0, 0, 0xf8, 0x7f], Number.NaN],
  ])('the bytes %j are the double %d', (bytes, value) => {
    expect(readerOf(0x09, ...bytes).double()).toBe(value)
  })

  test.each([
    ['fixed32', 0x0d, 3],
    ['fixed64', 0x09, 7],
    ['double', 0x09, 7],
  ] as const)('a %s that is cut off is refused', (type, tag, length) => {
    const reader = readerOf(tag, ...Array(length).fill(1))
    expect(() => reader[type]()).toThrow(new ProtobufError('the message is truncated'))
  })
})

describe('texts and bytes', () => {
  test('their length precedes them, and 0 is valid', () => {
    expect(readerOf(0x12, 7, ...new TextEncoder().encode('testing')).string()).toBe('testing')
    expect(readerOf(0x12, 0).string()).toBe('')
    expect([...readerOf(0x12, 3, 0, 1, 255).bytes()]).toEqual([0, 1, 255])
    expect(readerOf(0x12, 0).bytes()).toHaveLength(0)
  })

  test.each([
    ['a continuation byte without a start', [0x80]],
    ['a start without its continuation', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0xbd]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('%s is not UTF-8', (_, bytes) => {
    expect(() => readerOf(0x0a, bytes.length, ...bytes).string()).toThrow(
      new ProtobufError('a string is not UTF-8'),
    )
  })

  test.each(['string', 'bytes', 'message'] as const)('a %s longer than its message is refused', (type) => {
    for (const length of [[3], [0xff, 0xff, 0xff, 0xff, 0x0f]]) {
      const reader = readerOf(0x0a, ...length, 0x61, 0x62)
      expect(() => reader[type]()).toThrow(new ProtobufError('the message is truncated'))
    }
  })

  test('a length of more than five bytes is refused', () => {
    const reader = readerOf(0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00)
    expect(() => reader.bytes()).toThrow(new ProtobufError('a varint is too long'))
  })
})

describe('fields', () => {
  test('fields are read in order, and 0 is the end', () => {
    const reader = readerOf(0x08, 1, 0x12, 1, 0x61)
    expect(reader.uint32()).toBe(1)
    expect([reader.nextField(), reader.string(), reader.nextField()]).toEqual([2, 'a', 0])
    expect(reader.nextField()).toBe(0)
    expect(new ProtobufReader(new Uint8Array()).nextField()).toBe(0)
  })

  test('the largest field number is 2^29 - 1', () => {
    const reader = new ProtobufReader(Uint8Array.of(0xf8, 0xff, 0xff, 0xff, 0x0f, 1))
    expect(reader.nextField()).toBe(2 ** 29 - 1)
    expect(reader.uint32()).toBe(1)
  })

  test.each([
    ['field number 0', [0x00, 1], 'field number 0'],
    ['a tag that is cut off', [0x88], 'the message is truncated'],
    ['a tag of more than five bytes', Array(6).fill(0x80), 'a varint is too long'],
  ])('%s is refused', (_, bytes, message) => {
    const reader = new ProtobufReader(Uint8Array.from(bytes))
    expect(() => reader.nextField()).toThrow(new ProtobufError(message))
  })

  test('a nested message ends where its length says, and the next field follows', () => {
    const reader = readerOf(0x0a, 2, 0x08, 5, 0x10, 6)
    const nested = reader.message()
    expect([nested.nextField(), nested.uint32(), nested.nextField()]).toEqual([1, 5, 0])
    expect([reader.nextField(), reader.uint32()]).toEqual([2, 6])
  })

  test('a field of a nested message does not extend beyond it', () => {
    const nested = readerOf(0x0a, 2, 0x0a, 2, 0x61, 0x62).message()
    nested.nextField()
    expect(() => nested.string()).toThrow(new ProtobufError('the message is truncated'))
  })

  test.each([
    ['a varint', [0x08, 0xff, 0x01]],
    ['a varint of ten bytes', [0x08, ...MAX_VARINT]],
    ['64 bits', [0x09, ...Array(8).fill(0xff)]],
    ['bytes', [0x0a, 2, 0xff, 0xff]],
    ['no bytes', [0x0a, 0]],
    ['32 bits', [0x0d, ...Array(4).fill(0xff)]],
    ['an empty group', [0x0b, 0x0c]],
    ['a group of all types', [0x0b, 0x10, 1, 0x1a, 1, 0x0c, 0x25, 1, 2, 3, 4, 0x0b, 0x0c, 0x0c]],
  ])('a field with %s is skipped as a whole', (_, bytes) => {
    const reader = readerOf(...bytes, 0x10, 7)
    reader.skip()
    expect([reader.nextField(), reader.uint32(), reader.nextField()]).toEqual([2, 7, 0])
  })

  test.each([
    ['64 bits', [0x09, 1, 2, 3], 'the message is truncated'],
    ['bytes', [0x0a, 5, 1], 'the message is truncated'],
    ['32 bits', [0x0d, 1], 'the message is truncated'],
    ['a varint', [0x08, 0x80], 'the message is truncated'],
    ['a group', [0x0b, 0x10, 1], 'a group has no end'],
    ['wire type 4', [0x0c], 'wire type 4'],
    ['wire type 6', [0x0e], 'wire type 6'],
    ['wire type 7', [0x0f], 'wire type 7'],
  ])('a field with %s that is cut off or invalid is not skipped', (_, bytes, message) => {
    expect(() => readerOf(...bytes).skip()).toThrow(new ProtobufError(message))
  })

  const wireTypes = { varint: 0x08, bits64: 0x09, length: 0x0a, bits32: 0x0d }
  test.each([
    ['uint32', 'varint'],
    ['int64', 'varint'],
    ['bool', 'varint'],
    ['fixed64', 'bits64'],
    ['double', 'bits64'],
    ['string', 'length'],
    ['bytes', 'length'],
    ['message', 'length'],
    ['fixed32', 'bits32'],
  ] as const)('a %s has the wire type "%s" and no other', (type, expected) => {
    for (const [name, tag] of Object.entries(wireTypes)) {
      const read = () => readerOf(tag, ...Array(8).fill(0))[type]()
      if (name === expected) expect(read).not.toThrow()
      else expect(read).toThrow(/^wire type \d where \d was expected$/)
    }
  })
})
