import { expect, test } from 'vitest'
import { decodeRejectedCount } from './decode-response.ts'
import { encodeTraceResponseJson, encodeTraceResponseProtobuf } from './encode-response.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['JSON', bytes(encodeTraceResponseJson({ rejectedSpans: 3, errorMessage: 'no' })), 'application/json', 3],
  ['protobuf', encodeTraceResponseProtobuf({ rejectedSpans: 300 }), 'application/x-protobuf', 300],
  ['log records', bytes('{"partialSuccess":{"rejectedLogRecords":2}}'), 'application/json', 2],
  ['nothing rejected', bytes('{}'), 'application/json', 0],
  ['a warning alone', bytes('{"partialSuccess":{"errorMessage":"soon"}}'), 'application/json', 0],
  ['an empty answer', bytes(''), '', 0],
  ['no JSON', bytes('<html>'), 'application/json', 0],
  ['no object', bytes('null '), 'application/json', 0],
  ['no protobuf', bytes('hello'), 'application/x-protobuf', 0],
  ['a count that is none', bytes('{"partialSuccess":{"rejectedSpans":"x"}}'), 'application/json', 0],
])('%s', (_, body, contentType, count) => {
  expect(decodeRejectedCount(body, contentType)).toBe(count)
})
