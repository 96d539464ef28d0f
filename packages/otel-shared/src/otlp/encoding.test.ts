import { describe, expect, test } from 'vitest'
import {
  decodeTraceRequest,
  encodeStatus,
  encodeTraceResponse,
  OTLP_CONTENT_TYPES,
  parseOtlpContentType,
} from './encoding.ts'
import { GRPC_STATUS } from './grpc-status.ts'
import { encodeTraceRequestProtobuf } from './protobuf/encode-protobuf.ts'
import { decodeRejectedCount } from './response/decode-response.ts'

const encode = (text: string) => new TextEncoder().encode(text)

test.each([
  ['application/json', 'json'],
  ['Application/JSON; charset=utf-8', 'json'],
  [' application/json ;x', 'json'],
  ['application/x-protobuf', 'protobuf'],
  ['application/x-protobuf;q=1', 'protobuf'],
  ['application/protobuf', undefined],
  ['text/plain', undefined],
  ['application/json5', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('the content type %j is %s', (contentType, encoding) => {
  expect(parseOtlpContentType(contentType)).toBe(encoding)
})

test('the content type of each encoding is parsed as that encoding', () => {
  for (const encoding of ['json', 'protobuf'] as const) {
    expect(parseOtlpContentType(OTLP_CONTENT_TYPES[encoding])).toBe(encoding)
  }
})

describe('a request', () => {
  const request = {
    resourceSpans: [
      {
        resource: { attributes: [] },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: [
              {
                traceId: '1'.repeat(32),
                spanId: '2'.repeat(16),
                name: 'GET',
                kind: 3,
                startTimeUnixNano: '1',
                endTimeUnixNano: '2',
                attributes: [],
                events: [],
                links: [],
                status: {},
              },
            ],
          },
        ],
      },
    ],
  }

  test('a request is the same in either encoding', () => {
    const fromJson = decodeTraceRequest(encode(JSON.stringify(request)), 'json')
    const fromProtobuf = decodeTraceRequest(encodeTraceRequestProtobuf(request), 'protobuf')
    expect(fromJson).toEqual({ ok: true, request, rejectedSpans: 0 })
    expect(fromProtobuf).toEqual(fromJson)
  })

  test('a request in JSON may begin with a byte order mark', () => {
    expect(decodeTraceRequest(encode(`\ufeff${JSON.stringify(request)}`), 'json')).toMatchObject({ ok: true })
  })

  test('a request in JSON that is not UTF-8 is an error', () => {
    expect(decodeTraceRequest(Uint8Array.of(0x22, 0xff, 0x22), 'json')).toEqual({
      ok: false,
      message: 'the body is not UTF-8',
    })
  })
})

describe('a response', () => {
  test.each(['json', 'protobuf'] as const)(
    'a response in %s has the number of rejected spans',
    (encoding) => {
      const body = encodeTraceResponse({ rejectedSpans: 7, errorMessage: 'too old' }, encoding)
      const bytes = typeof body === 'string' ? encode(body) : body
      expect(decodeRejectedCount(bytes, OTLP_CONTENT_TYPES[encoding])).toBe(7)
    },
  )

  test('a response with all spans accepted is an empty message', () => {
    expect(encodeTraceResponse({ rejectedSpans: 0 }, 'json')).toBe('{}')
    expect(encodeTraceResponse({ rejectedSpans: 0 }, 'protobuf')).toHaveLength(0)
  })
})

describe('an error', () => {
  const status = { code: GRPC_STATUS.invalidArgument, message: 'no' }

  test('an error in JSON has a code and a message only', () => {
    expect(encodeStatus({ ...status, ...{ details: 'kept back' } }, 'json')).toBe('{"code":3,"message":"no"}')
  })

  test('an error in protobuf is a google.rpc.Status', () => {
    expect(encodeStatus(status, 'protobuf')).toEqual(Uint8Array.of(0x08, 3, 0x12, 2, 0x6e, 0x6f))
  })
})
