import { expect, test } from 'vitest'
import { decodeRejectedCount, parseRejectedCount } from './decode-response.ts'
import { encodeTraceResponseJson, encodeTraceResponseProtobuf } from './encode-response.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['JSON', bytes(encodeTraceResponseJson({ rejectedSpans: 3, errorMessage: 'no' })), 'application/json', 3],
  ['protobuf', encodeTraceResponseProtobuf({ rejectedSpans: 300 }), 'application/x-protobuf', 300],
  [
    'protobuf with a long message',
    encodeTraceResponseProtobuf({ rejectedSpans: 5, errorMessage: 'no '.repeat(100) }),
    'application/x-protobuf',
    5,
  ],
  ['protobuf cut short', Uint8Array.of(0x0a, 0x80), 'application/x-protobuf', 0],
  ['a negative count', Uint8Array.of(0x0a, 11, 8, ...Array(9).fill(0xff), 1), 'application/x-protobuf', 0],
  ['a count larger than any number', bytes(`{"rejectedSpans":${'9'.repeat(400)}}`), 'application/json', 0],
  ['a count as a string', bytes('{"partialSuccess":{"rejectedSpans": "3" }}'), 'application/json', 3],
  ['log records', bytes('{"partialSuccess":{"rejectedLogRecords":2}}'), 'application/json', 2],
  ['nothing rejected', bytes('{}'), 'application/json', 0],
  ['a warning alone', bytes('{"partialSuccess":{"errorMessage":"soon"}}'), 'application/json', 0],
  ['an empty response', bytes(''), '', 0],
  ['malformed JSON', bytes('<html>'), 'application/json', 0],
  ['JSON that is not an object', bytes('null '), 'application/json', 0],
  ['malformed protobuf', bytes('hello'), 'application/x-protobuf', 0],
  ['a count that is not a number', bytes('{"partialSuccess":{"rejectedSpans":"x"}}'), 'application/json', 0],
])('the rejected count is decoded from a response: %s', (_, body, contentType, count) => {
  expect(decodeRejectedCount(body, contentType)).toBe(count)
})

test('the count in JSON is a number, a string of digits, or absent', () => {
  for (const [answer, rejected] of [
    ['', 0],
    ['{}', 0],
    ['{"partialSuccess":{}}', 0],
    ['{"partialSuccess":{"rejectedSpans":"3"}}', 3],
    ['{ "partialSuccess": { "errorMessage": "x", "rejectedSpans": 12 } }', 12],
    // A response in the text of an error message is not read.
    [JSON.stringify({ partialSuccess: { errorMessage: '{"rejectedSpans":"3"}' } }), 0],
    ['<html>', 0],
  ] as const) {
    expect(parseRejectedCount(answer), answer).toBe(rejected)
  }
})
