import { expect, test } from 'vitest'
import { readOtelConfig } from './otel-config.ts'

const NOTHING = { disabled: false, resourceAttributes: {}, traces: { headers: {} }, logs: { headers: {} } }

test('nothing set is nothing configured', () => {
  expect(readOtelConfig({})).toEqual(NOTHING)
})

test('the general endpoint gets the signal’s path, a signal’s own is used as it is', () => {
  expect(readOtelConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/base/' })).toMatchObject({
    traces: { url: 'http://c:4318/base/v1/traces' },
    logs: { url: 'http://c:4318/base/v1/logs' },
  })
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:1/own',
  }
  expect(readOtelConfig(env)).toMatchObject({
    traces: { url: 'http://traces:1/own' },
    logs: { url: 'http://c:4318/v1/logs' },
  })
})

test('lists of pairs are decoded, signals’ variables win, the service’s name may stand in the resource', () => {
  expect(
    readOtelConfig({
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,deployment.environment.name=a%20b,broken,=x',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20x',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_PROPAGATORS: ' b3, TraceContext ,',
      OTEL_SDK_DISABLED: 'TRUE',
    }),
  ).toMatchObject({
    serviceName: 'shop',
    resourceAttributes: { 'deployment.environment.name': 'a b' },
    traces: {
      headers: { authorization: 'Bearer x' },
      timeoutMillis: 2500,
      protocol: 'http/protobuf',
      compression: 'none',
    },
    logs: { headers: { a: '1' }, timeoutMillis: 2500, protocol: 'http/protobuf', compression: 'none' },
    propagators: ['b3', 'tracecontext'],
    disabled: true,
  })
})

test('a signal whose exporter is none has no address', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_LOGS_EXPORTER: 'none' }
  expect(readOtelConfig(env)).toMatchObject({
    traces: { url: 'http://c:4318/v1/traces' },
    logs: { url: undefined },
  })
})

test('what cannot be used is reported by its name and left unset', () => {
  const problems: string[] = []
  const config = readOtelConfig(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'no address',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
      OTEL_SERVICE_NAME: 7,
    },
    (problem) => problems.push(problem),
  )
  expect(config).toEqual(NOTHING)
  expect(problems.join('\n')).toMatch(/ENDPOINT=no address[\s\S]*PROTOCOL=grpc[\s\S]*TIMEOUT=soon/)
})
