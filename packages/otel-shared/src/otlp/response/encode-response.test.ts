import { expect, test } from 'vitest'
import {
  encodeStatusProtobuf,
  encodeTraceResponseJson,
  encodeTraceResponseProtobuf,
} from './encode-response.ts'

test('a response with all spans accepted is an empty message', () => {
  expect(encodeTraceResponseJson({ rejectedSpans: 0 })).toBe('{}')
  expect(encodeTraceResponseProtobuf({ rejectedSpans: 0 })).toHaveLength(0)
})

test('rejected spans are counted as a 64-bit integer', () => {
  const partial = { rejectedSpans: 3, errorMessage: 'no' }
  expect(JSON.parse(encodeTraceResponseJson(partial))).toEqual({
    partialSuccess: { rejectedSpans: '3', errorMessage: 'no' },
  })
  expect([...encodeTraceResponseProtobuf(partial)]).toEqual([0x0a, 6, 0x08, 3, 0x12, 2, 0x6e, 0x6f])
})

test('an error is a google.rpc.Status', () => {
  expect([...encodeStatusProtobuf({ code: 3, message: 'no' })]).toEqual([0x08, 3, 0x12, 2, 0x6e, 0x6f])
})
