import { beforeEach, describe, expect, test, vi } from 'vitest'
import { readOtelConfig } from '../config/read-otel-config.ts'
import { createEndpoint, type EndpointOptions } from './otlp-endpoint.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'

const ENDPOINT = 'https://collector.example'
const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
const warned = () => warnings.mock.calls.map(([text]) => String(text))

beforeEach(() => warnings.mockClear())

/** The endpoint of traces by variables, whose names are given without `OTEL_EXPORTER_OTLP_`, and by options in code. */
function endpointOf(variables: Record<string, string> = {}, options: Partial<EndpointOptions> = {}) {
  const entries = Object.entries({ ENDPOINT, ...variables })
  const env = Object.fromEntries(entries.map(([name, value]) => [`OTEL_EXPORTER_OTLP_${name}`, value]))
  return createEndpoint(readOtelConfig(env).traces, { urlOption: 'exporter.url', ...options })
}

const headersOf = (...args: Parameters<typeof endpointOf>) =>
  Object.fromEntries(endpointOf(...args)?.headers ?? [])

// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
describe('the address', () => {
  test('the path of traces is appended to the endpoint of all signals', () => {
    expect(endpointOf()?.url).toBe('https://collector.example/v1/traces')
  })

  test('the endpoint of traces takes precedence and is used as it is', () => {
    expect(endpointOf({ TRACES_ENDPOINT: 'http://traces.example:4318/own' })?.url).toBe(
      'http://traces.example:4318/own',
    )
  })

  test('the option in code takes precedence over both, and is used as it is', () => {
    const url = 'http://code.example/v1/traces?tenant=1'
    expect(endpointOf({ TRACES_ENDPOINT: 'http://traces.example' }, { url })?.url).toBe(url)
  })

  test.each<[Record<string, string>, Partial<EndpointOptions>, string]>([
    [{}, {}, 'OTEL_EXPORTER_OTLP_ENDPOINT=https://collector.example/v1/traces'],
    [
      { TRACES_ENDPOINT: 'http://traces.example/' },
      {},
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://traces.example/',
    ],
    [
      {},
      { url: 'http://code.example/?api_key=secret' },
      'exporter.url=http://code.example/?api_key=REDACTED',
    ],
  ])('warnings name the variable or option, without secrets: %j %j', (variables, options, source) => {
    expect(endpointOf(variables, options)?.source).toBe(source)
  })

  test('without an address there is no endpoint and no warning', () => {
    expect(endpointOf({ ENDPOINT: '' })).toBeUndefined()
    expect(warned()).toEqual([])
  })

  test.each(['collector:4318', '/v1/traces', 'grpc://collector:4317', 'https://'])(
    'an option %j that is not an HTTP address gives no endpoint and a warning',
    (url) => {
      expect(endpointOf({}, { url })).toBeUndefined()
      expect(warned()).toEqual([
        `throughline: exporter.url=${url} is not an http:// or https:// address without user name and password`,
      ])
    },
  )

  test('a password in the address is not part of the warning', () => {
    expect(endpointOf({}, { url: 'https://anna:secret@collector.example/' })).toBeUndefined()
    expect(warned().join()).toContain('exporter.url=https://REDACTED:REDACTED@collector.example/')
  })
})

describe('the encoding', () => {
  const protobuf = PROTOBUF_CODEC

  test.each([
    [undefined, true, 'application/json'],
    ['http/json', true, 'application/json'],
    ['http/protobuf', true, 'application/x-protobuf'],
    ['HTTP/PROTOBUF', true, 'application/x-protobuf'],
    ['http/protobuf', false, 'application/json'],
    ['grpc', true, 'application/json'],
  ])('the protocol %s, with an encoder of protobuf: %s, has the content type %s', (protocol, has, type) => {
    const endpoint = endpointOf(protocol === undefined ? {} : { PROTOCOL: protocol }, has ? { protobuf } : {})
    expect(endpoint?.headers.get('content-type')).toBe(type)
    expect(endpoint?.encodeProtobuf).toBe(type.endsWith('json') ? undefined : protobuf.encode)
  })

  test.each([
    [undefined, 'gzip'],
    ['gzip', 'gzip'],
    ['none', null],
    ['zstd', 'gzip'],
  ])('the compression %s has the content encoding %s', (compression, encoding) => {
    const endpoint = endpointOf(compression === undefined ? {} : { COMPRESSION: compression })
    expect(endpoint?.headers.get('content-encoding')).toBe(encoding)
    expect(endpoint?.gzip).toBe(encoding === 'gzip')
  })

  test('the headers of the body are those of the endpoint without the configured ones', () => {
    expect(endpointOf({ HEADERS: 'x-key=1', PROTOCOL: 'http/protobuf' }, { protobuf })?.bodyHeaders).toEqual({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
    })
  })
})

describe('the headers', () => {
  test('options in code take precedence over variables, whatever the case of their names', () => {
    const headers = { 'X-KEY': 'code', 'x-own': 'code' }
    expect(headersOf({ HEADERS: 'x-key=env,x-env=env' }, { headers })).toMatchObject({
      'x-key': 'code',
      'x-own': 'code',
      'x-env': 'env',
    })
  })

  test('the headers of traces replace those of all signals', () => {
    const headers = headersOf({ HEADERS: 'x-all=1', TRACES_HEADERS: 'x-traces=1' })
    expect(headers).toMatchObject({ 'x-traces': '1' })
    expect(headers).not.toHaveProperty('x-all')
  })

  test('the values of variables are decoded, and those of options are not', () => {
    const value = 'Basic%20abc'
    expect(headersOf({ HEADERS: `authorization=${value}` }).authorization).toBe('Basic abc')
    expect(headersOf({}, { headers: { authorization: value } }).authorization).toBe(value)
  })

  test('headers of the body cannot be configured', () => {
    const headers = { 'Content-Type': 'text/plain', 'CONTENT-ENCODING': 'br' }
    expect(headersOf({ HEADERS: 'content-type=text/html' }, { headers })).toMatchObject({
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    })
  })

  test('without compression a configured content encoding remains', () => {
    expect(headersOf({ COMPRESSION: 'none' }, { headers: { 'x-key': '1' } })).toEqual({
      'content-type': 'application/json',
      'user-agent': expect.any(String),
      'x-key': '1',
    })
  })

  test.each(['bad name', 'näive', ''])('the header named %j is left out with a warning', (name) => {
    expect(headersOf({}, { headers: { [name]: 'secret', 'x-key': '1' } })).toMatchObject({ 'x-key': '1' })
    expect(warned()).toEqual([`throughline: exporter.headers: ${JSON.stringify(name)} is not a valid header`])
  })

  test('a header with a line break is left out, and its value is not part of the warning', () => {
    expect(headersOf({}, { headers: { 'x-split': 'a\r\nx-key: secret' } })).not.toHaveProperty('x-key')
    expect(warned()).toEqual(['throughline: exporter.headers: "x-split" is not a valid header'])
  })

  // https://opentelemetry.io/docs/specs/otel/protocol/exporter/#user-agent
  test('User-Agent has the exporter, its language and its version, unless it is configured', () => {
    expect(headersOf()['user-agent']).toMatch(/^throughline-edge-js\/\d+\.\d+\.\d+$/)
    expect(headersOf({ HEADERS: 'user-agent=shop/1' })['user-agent']).toBe('shop/1')
    expect(headersOf({}, { headers: { 'User-Agent': 'shop/2' } })['user-agent']).toBe('shop/2')
  })
})

describe('the time-out', () => {
  test.each([
    [undefined, 10_000],
    ['1', 1],
    ['2500', 2_500],
    // https://opentelemetry.io/docs/specs/otel/configuration/common/#timeout: 0 means no limit.
    ['0', 2 ** 31 - 1],
    ['-1', 10_000],
    ['soon', 10_000],
  ])('OTEL_EXPORTER_OTLP_TIMEOUT=%s is %d ms', (timeout, millis) => {
    expect(endpointOf(timeout === undefined ? {} : { TIMEOUT: timeout })?.timeoutMillis).toBe(millis)
  })

  test.each([0, -5, Number.NaN])('an option of %d ms is replaced by the default', (timeoutMillis) => {
    const config = { headers: {}, timeoutMillis }
    expect(createEndpoint(config, { url: ENDPOINT, urlOption: 'url' })?.timeoutMillis).toBe(10_000)
  })

  test('the time-out of traces takes precedence over that of all signals', () => {
    expect(endpointOf({ TIMEOUT: '2000', TRACES_TIMEOUT: '3000' })?.timeoutMillis).toBe(3_000)
  })
})
