import { describe, expect, test } from 'vitest'
import { ProtobufReader } from './protobuf-reader.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

function write(act: (writer: ProtobufWriter) => void): number[] {
  const writer = new ProtobufWriter()
  act(writer)
  return [...writer.finish()]
}

// The first three are the examples of https://protobuf.dev/programming-guides/encoding/
test.each<[string, (writer: ProtobufWriter) => void, number[]]>([
  ['the number 150', (writer) => writer.uint32(1, 150), [0x08, 0x96, 0x01]],
  ['a text', (writer) => writer.string(2, 'testing'), [0x12, 7, ...new TextEncoder().encode('testing')]],
  [
    'a nested message',
    (writer) => writer.message(3, () => writer.uint32(1, 150)),
    [0x1a, 3, 0x08, 0x96, 0x01],
  ],
  ['the largest 32-bit number', (writer) => writer.uint32(1, 0xffffffff), [8, 255, 255, 255, 255, 0x0f]],
  ['a field number of two bytes', (writer) => writer.uint32(16, 1), [0x80, 0x01, 1]],
  ['an empty message', (writer) => writer.message(1, () => undefined), [0x0a, 0]],
  ['an id', (writer) => writer.hex(1, '00ffAb'), [0x0a, 3, 0, 255, 0xab]],
  ['32 bits', (writer) => writer.fixed32(1, 0x80000001), [0x0d, 1, 0, 0, 0x80]],
  ['64 bits', (writer) => writer.fixed64(1, '9223372036854775809'), [0x09, 1, 0, 0, 0, 0, 0, 0, 0x80]],
  ['a negative number', (writer) => writer.presentInt64(1, '-1'), [0x08, ...Array(9).fill(255), 1]],
  [
    'the least number',
    (writer) => writer.presentInt64(1, '-9223372036854775808'),
    [8, ...Array(9).fill(128), 1],
  ],
  ['true', (writer) => writer.presentInt64(1, true), [0x08, 1]],
  ['the double 1', (writer) => writer.presentDouble(1, 1), [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
  ['negative zero', (writer) => writer.presentDouble(1, -0), [0x09, 0, 0, 0, 0, 0, 0, 0, 0x80]],
  ['an infinity', (writer) => writer.presentDouble(1, '-Infinity'), [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0xff]],
  ['bytes', (writer) => writer.presentBase64(1, 'AP8='), [0x0a, 2, 0, 255]],
])('%s is written as protobuf specifies', (_, act, bytes) => {
  expect(write(act)).toEqual(bytes)
})

test('a default value is omitted', () => {
  expect(
    write((writer) => {
      writer.uint32(1, 0)
      writer.uint32(1, undefined)
      writer.string(2, '')
      writer.string(2, undefined)
      writer.hex(3, '')
      writer.hex(3, undefined)
      writer.fixed32(4, 0)
      writer.fixed32(4, undefined)
    }),
  ).toEqual([])
})

test('a default value of a oneof is written', () => {
  expect(
    write((writer) => {
      writer.presentString(1, '')
      writer.presentInt64(2, false)
      writer.presentInt64(3, '0')
      writer.presentDouble(4, 0)
      writer.presentBase64(7, '')
    }),
  ).toEqual([0x0a, 0, 0x10, 0, 0x18, 0, 0x21, 0, 0, 0, 0, 0, 0, 0, 0, 0x3a, 0])
})

describe('a message of any length', () => {
  // The lengths at which the length takes a further byte, and the writer's buffer of 4,096 bytes grows.
  test.each([126, 127, 128, 4_090, 4_096, 8_192, 16_383, 16_384, 2_097_151, 2_097_152])(
    'a text of %d bytes in two messages is read again',
    (length) => {
      const text = 'x'.repeat(length)
      const bytes = write((writer) => {
        writer.message(1, () => writer.message(2, () => writer.presentString(3, text)))
        writer.uint32(4, 5)
      })
      const reader = new ProtobufReader(Uint8Array.from(bytes))
      expect(reader.nextField()).toBe(1)
      const outer = reader.message()
      expect(outer.nextField()).toBe(2)
      const inner = outer.message()
      expect([inner.nextField(), inner.string() === text, inner.nextField()]).toEqual([3, true, 0])
      expect(outer.nextField()).toBe(0)
      expect([reader.nextField(), reader.uint32(), reader.nextField()]).toEqual([4, 5, 0])
    },
  )

  test.each<[string, (writer: ProtobufWriter) => void, number]>([
    ['32 bits', (writer) => writer.fixed32(1, 7), 5],
    ['64 bits', (writer) => writer.fixed64(1, '7'), 9],
    ['a double', (writer) => writer.presentDouble(1, 7), 9],
    ['a number', (writer) => writer.presentInt64(1, '-7'), 11],
    ['an id', (writer) => writer.hex(1, '07'.repeat(16)), 18],
    ['an empty message', (writer) => writer.message(1, () => undefined), 2],
  ])('%s is written across the end of the buffer', (_, act, size) => {
    const alone = write(act)
    expect(alone).toHaveLength(size)
    for (let free = 0; free <= size; free++) {
      const filler = 4_096 - free - 3
      const bytes = write((writer) => {
        writer.presentString(1, 'x'.repeat(filler))
        act(writer)
      })
      expect(bytes.slice(-size), `${free} bytes are free`).toEqual(alone)
    }
  })
})

test('bytes that were returned are not changed by later writes', () => {
  const writer = new ProtobufWriter()
  writer.uint32(1, 1)
  const first = writer.finish()
  writer.uint32(2, 2)
  expect([...first]).toEqual([0x08, 1])
  expect([...writer.finish()]).toEqual([0x08, 1, 0x10, 2])
})
