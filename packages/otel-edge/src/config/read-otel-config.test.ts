import { describe, expect, test } from 'vitest'
import type { OtelConfig } from './otel-config.ts'
import { readOtelConfig } from './read-otel-config.ts'

const NOTHING = {
  disabled: false,
  resourceAttributes: {},
  traces: { headers: {} },
  logs: { headers: {} },
  spanLimits: {},
}
const MAX_INTEGER = 2_147_483_647

function read(env: Record<string, unknown>): { config: OtelConfig; problems: string[] } {
  const problems: string[] = []
  return { config: readOtelConfig(env, (problem) => problems.push(problem)), problems }
}

type Select = (config: OtelConfig) => unknown

/** Tests one variable. Each case has a value, the parsed result, and whether a warning contains the name and the value. */
function testVariable(
  name: string,
  select: Select,
  cases: readonly (readonly [value: unknown, expected: unknown, warning?: 'warns'])[],
) {
  describe(name, () => {
    test.each(cases)('the value %j is parsed to %j', (value, expected, warning) => {
      const { config, problems } = read({ [name]: value })
      expect(select(config)).toEqual(expected)
      expect(problems).toEqual(
        warning ? [expect.stringContaining(`${name}=${String(value).trim().slice(0, 200)} `)] : [],
      )
    })
  })
}

// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
describe('the specification of the variables', () => {
  test('without variables every value is unset', () => {
    expect(read({})).toEqual({ config: NOTHING, problems: [] })
  })

  test('empty and blank values are unset', () => {
    const names = [
      'OTEL_SDK_DISABLED',
      'OTEL_SERVICE_NAME',
      'OTEL_RESOURCE_ATTRIBUTES',
      'OTEL_PROPAGATORS',
      'OTEL_TRACES_SAMPLER',
      'OTEL_TRACES_SAMPLER_ARG',
      'OTEL_TRACES_EXPORTER',
      'OTEL_SPAN_EVENT_COUNT_LIMIT',
      ...['ENDPOINT', 'HEADERS', 'PROTOCOL', 'COMPRESSION', 'TIMEOUT'].flatMap((part) => [
        `OTEL_EXPORTER_OTLP_${part}`,
        `OTEL_EXPORTER_OTLP_TRACES_${part}`,
      ]),
    ]
    for (const value of ['', ' \t'])
      expect(read(Object.fromEntries(names.map((name) => [name, value])))).toEqual({
        config: NOTHING,
        problems: [],
      })
  })

  test('a value that is not a string, number or boolean is unset', () => {
    const binding = { fetch() {} }
    expect(read({ OTEL_SERVICE_NAME: binding, OTEL_PROPAGATORS: null, OTEL_SDK_DISABLED: [] })).toEqual({
      config: NOTHING,
      problems: [],
    })
  })

  testVariable('OTEL_SDK_DISABLED', ({ disabled }) => disabled, [
    ['true', true],
    ['TRUE', true],
    [' True ', true],
    [true, true],
    ['false', false],
    ['False', false],
    [false, false],
    ['1', false, 'warns'],
    ['yes', false, 'warns'],
    [1, false, 'warns'],
  ])

  testVariable('OTEL_SERVICE_NAME', ({ serviceName }) => serviceName, [
    ['shop', 'shop'],
    [' Shöp & Co ', 'Shöp & Co'],
    ['a%20b', 'a%20b'],
    [7, '7'],
  ])

  testVariable('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS', ({ knownMethods }) => knownMethods, [
    ['GET, PURGE', ['GET', 'PURGE']],
    ['get', ['get']],
  ])

  // https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
  testVariable('OTEL_RESOURCE_ATTRIBUTES', ({ resourceAttributes }) => resourceAttributes, [
    ['a=1', { a: '1' }],
    ['a=1,b.c=true', { a: '1', 'b.c': 'true' }],
    [' a = 1 , b = 2 ,', { a: '1', b: '2' }],
    ['a=b%20c', { a: 'b c' }],
    ['a=b%2Cc%3Dd', { a: 'b,c=d' }],
    ['a%3Db=c', { 'a=b': 'c' }],
    ['a=caf%C3%A9', { a: 'café' }],
    ['a=b c/d;e:"f"', { a: 'b c/d;e:"f"' }],
    ['a=', { a: '' }],
    ['a=1,a=2', { a: '2' }],
    ['__proto__=x', Object.fromEntries([['__proto__', 'x']])],
    ['a=1,broken', {}, 'warns'],
    ['a=1,=2', {}, 'warns'],
    ['a=1,b=2=3', {}, 'warns'],
    ['a=1,b=50%', {}, 'warns'],
    ['a=1,b=%FF', {}, 'warns'],
    ['a=1,%zz=2', {}, 'warns'],
    [`a=1,b${'x'.repeat(300)}`, {}, 'warns'],
  ])

  test('OTEL_SERVICE_NAME takes precedence over service.name of the resource', () => {
    const OTEL_RESOURCE_ATTRIBUTES = 'service.name=resource'
    expect(read({ OTEL_RESOURCE_ATTRIBUTES }).config.serviceName).toBe('resource')
    expect(read({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=' }).config.serviceName).toBeUndefined()
    expect(read({ OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: 'name' }).config.serviceName).toBe('name')
  })

  testVariable('OTEL_PROPAGATORS', ({ propagators }) => propagators, [
    ['b3', ['b3']],
    [' b3, TraceContext ,', ['b3', 'tracecontext']],
    ['b3,B3,baggage,b3', ['b3', 'baggage']],
    ['tracecontext,baggage,b3multi,jaeger', ['tracecontext', 'baggage', 'b3multi', 'jaeger']],
    ['none', ['none']],
    ['b3,NONE', ['none']],
    [',', undefined],
    ['xray', undefined, 'warns'],
    ['toString', undefined, 'warns'],
  ])

  test('an unknown propagator is ignored, the others are used', () => {
    const { config, problems } = read({ OTEL_PROPAGATORS: 'ottrace,b3' })
    expect(config.propagators).toEqual(['b3'])
    expect(problems).toEqual([expect.stringContaining('OTEL_PROPAGATORS=ottrace ')])
  })

  testVariable('OTEL_TRACES_SAMPLER', ({ sampler }) => sampler, [
    ['always_on', 'always_on'],
    ['ALWAYS_OFF', 'always_off'],
    ['ParentBased_TraceIdRatio', 'parentbased_traceidratio'],
    ['jaeger_remote', undefined, 'warns'],
    ['xray', undefined, 'warns'],
    ['always', undefined, 'warns'],
    ['parentbased_', undefined, 'warns'],
  ])

  describe('OTEL_TRACES_SAMPLER_ARG', () => {
    test.each(['0', '1', '1.0', '0.25', '.5', '1e-16', 0.1, 0])('%j is a ratio', (value) => {
      const env = { OTEL_TRACES_SAMPLER: 'TRACEIDRATIO', OTEL_TRACES_SAMPLER_ARG: value }
      expect(read(env)).toMatchObject({ config: { samplerArg: String(value) }, problems: [] })
    })

    test.each(['1.1', '-0.1', 'half', '50%', '0,5', '0x1', 'NaN', 'Infinity', true])(
      '%j is not a ratio',
      (value) => {
        const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: value }
        const { config, problems } = read(env)
        expect(config.samplerArg).toBeUndefined()
        expect(problems).toEqual([expect.stringContaining(`OTEL_TRACES_SAMPLER_ARG=${value} `)])
      },
    )

    test.each([undefined, 'always_on', 'parentbased_always_off'])(
      'the argument has no effect with the sampler %j, and a warning is reported',
      (sampler) => {
        const { config, problems } = read({
          OTEL_TRACES_SAMPLER: sampler,
          OTEL_TRACES_SAMPLER_ARG: '0.1',
        })
        expect(config.samplerArg).toBeUndefined()
        expect(problems).toEqual([expect.stringContaining('OTEL_TRACES_SAMPLER_ARG=0.1 ')])
      },
    )

    test('an argument of an unknown sampler is not reported', () => {
      const { problems } = read({ OTEL_TRACES_SAMPLER: 'xray', OTEL_TRACES_SAMPLER_ARG: '0.1' })
      expect(problems).toEqual([expect.stringContaining('OTEL_TRACES_SAMPLER=xray ')])
    })
  })

  describe.each(['TRACES', 'LOGS'] as const)('OTEL_%s_EXPORTER', (signal) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }
    test.each([
      ['otlp', true],
      ['OTLP', true],
      ['none', false],
      ['None', false],
      ['otlp,none', false],
      ['console', true, 'warns'],
      ['zipkin', true, 'warns'],
      ['otlp,console', true, 'warns'],
    ])('the exporters are %s: exported %s', (value, isExported, warning?) => {
      const { config, problems } = read({ ...env, [`OTEL_${signal}_EXPORTER`]: value })
      const [own, other] = signal === 'TRACES' ? [config.traces, config.logs] : [config.logs, config.traces]
      expect([own.url !== undefined, own.isOff !== true, other.url !== undefined]).toEqual([
        isExported,
        isExported,
        true,
      ])
      expect(problems).toHaveLength(warning ? 1 : 0)
    })
  })

  testVariable('OTEL_SPAN_EVENT_COUNT_LIMIT', ({ spanLimits }) => spanLimits.events, [
    ['0', 0],
    ['64', 64],
    [64, 64],
    [String(MAX_INTEGER), MAX_INTEGER],
    [String(MAX_INTEGER + 1), undefined, 'warns'],
    ['-1', undefined, 'warns'],
    ['1.5', undefined, 'warns'],
    ['1e3', undefined, 'warns'],
    ['0x10', undefined, 'warns'],
    ['many', undefined, 'warns'],
  ])

  test('a limit of spans takes precedence over that of all signals', () => {
    expect(
      read({
        OTEL_ATTRIBUTE_COUNT_LIMIT: '1',
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2',
        OTEL_SPAN_LINK_COUNT_LIMIT: '3',
      }).config.spanLimits,
    ).toEqual({
      attributes: 1,
      eventAttributes: 1,
      linkAttributes: 1,
      valueLength: 2,
      links: 3,
    })
    expect(
      read({
        OTEL_ATTRIBUTE_COUNT_LIMIT: '1',
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2',
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '4',
        OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '5',
        OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '6',
        OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '7',
      }).config.spanLimits,
    ).toEqual({
      attributes: 4,
      valueLength: 5,
      eventAttributes: 6,
      linkAttributes: 7,
    })
  })
})

// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
describe('the specification of the exporter', () => {
  testVariable('OTEL_EXPORTER_OTLP_ENDPOINT', ({ traces }) => traces.url, [
    ['http://c:4318', 'http://c:4318/v1/traces'],
    ['http://c:4318/', 'http://c:4318/v1/traces'],
    ['http://c:4318/base', 'http://c:4318/base/v1/traces'],
    ['http://c:4318/base/', 'http://c:4318/base/v1/traces'],
    ['HTTPS://C', 'https://c/v1/traces'],
    [' http://c ', 'http://c/v1/traces'],
    ['http://[::1]:4318', 'http://[::1]:4318/v1/traces'],
    ['http://c/base?tenant=1', 'http://c/base/v1/traces?tenant=1'],
    ['localhost:4318', undefined, 'warns'],
    ['localhost', undefined, 'warns'],
    ['//c:4318', undefined, 'warns'],
    ['/v1/traces', undefined, 'warns'],
    ['grpc://c:4317', undefined, 'warns'],
    ['unix:///run/otel.sock', undefined, 'warns'],
    ['http:c:4318', undefined, 'warns'],
    ['http://', undefined, 'warns'],
    ['http://c:port', undefined, 'warns'],
    ['http://c:99999', undefined, 'warns'],
    ['http://a b', undefined, 'warns'],
    ['no address', undefined, 'warns'],
  ])

  testVariable('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', ({ traces }) => traces.url, [
    ['http://c/own', 'http://c/own'],
    ['http://c/own/?a=b', 'http://c/own/?a=b'],
    ['http://c:4318', 'http://c:4318/'],
    ['localhost:4318', undefined, 'warns'],
  ])

  test('each signal has its own path, or its own endpoint', () => {
    const general = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/base/' }
    expect(read(general).config).toMatchObject({
      traces: {
        url: 'http://c:4318/base/v1/traces',
        endpointVariable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      },
      logs: { url: 'http://c:4318/base/v1/logs' },
    })
    expect(
      read({ ...general, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:1/own' }).config,
    ).toMatchObject({
      traces: {
        url: 'http://traces:1/own',
        endpointVariable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      },
      logs: { url: 'http://c:4318/base/v1/logs', endpointVariable: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
    })
  })

  test('an invalid endpoint is treated as unset, and its variable is known', () => {
    const { config, problems } = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'c:4318',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: '',
    })
    expect(config.traces.url).toBe('http://c/v1/traces')
    expect(problems).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=c:4318 ')])
    const { traces } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4318' }).config
    expect(traces).toEqual({ headers: {}, endpointVariable: 'OTEL_EXPORTER_OTLP_ENDPOINT' })
  })

  test.each(['https://user:secret@c/base', 'https://secret@c', 'ftp://user:secret@c', 'user:secret@c:4318'])(
    'the URL %s with a password is ignored with a warning without the password',
    (value) => {
      const { config, problems } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: value })
      expect(config.traces.url).toBeUndefined()
      expect(problems).toEqual([expect.stringMatching(/^OTEL_EXPORTER_OTLP_ENDPOINT=…@c/)])
      expect(problems.join()).not.toContain('secret')
    },
  )

  describe('OTEL_EXPORTER_OTLP_HEADERS', () => {
    test.each([
      ['a=1', { a: '1' }],
      ['a=1, b = 2 ,', { a: '1', b: '2' }],
      ['Authorization=Bearer%20x', { authorization: 'Bearer x' }],
      ['Authorization=Bearer x', { authorization: 'Bearer x' }],
      ['authorization=Basic dTpw==', { authorization: 'Basic dTpw==' }],
      ['A=1,a=2', { a: '2' }],
      ['a=1%2C2', { a: '1,2' }],
      ['a=50%', { a: '50%' }],
      ['a=', { a: '' }],
      ['a=%C3%A9', { a: 'é' }],
    ])('the headers %s are parsed', (value, headers) => {
      const { config, problems } = read({ OTEL_EXPORTER_OTLP_HEADERS: value })
      expect(config.traces.headers).toEqual(headers)
      expect(config.logs.headers).toEqual(headers)
      expect(problems).toEqual([])
    })

    test.each([
      ['x key=secret', 'OTEL_EXPORTER_OTLP_HEADERS=x key '],
      ['=secret', 'OTEL_EXPORTER_OTLP_HEADERS= '],
      ['ключ=secret', 'OTEL_EXPORTER_OTLP_HEADERS=ключ '],
      ['x:y=secret', 'OTEL_EXPORTER_OTLP_HEADERS=x:y '],
      ['key=secret%0D%0Ax: y', 'OTEL_EXPORTER_OTLP_HEADERS=key '],
      ['key=secret%00', 'OTEL_EXPORTER_OTLP_HEADERS=key '],
      ['key=secret€', 'OTEL_EXPORTER_OTLP_HEADERS=key '],
      ['secret', 'OTEL_EXPORTER_OTLP_HEADERS: member 1 '],
    ])('%s is ignored with a warning without its value', (value, expected) => {
      const { config, problems } = read({ OTEL_EXPORTER_OTLP_HEADERS: `${value},ok=1` })
      expect(config.traces.headers).toEqual({ ok: '1' })
      expect(problems).toEqual([expect.stringContaining(expected)])
      expect(problems.join()).not.toContain('secret')
    })
  })

  testVariable('OTEL_EXPORTER_OTLP_PROTOCOL', ({ traces }) => traces.protocol, [
    ['http/json', 'http/json'],
    ['HTTP/PROTOBUF', 'http/protobuf'],
    ['grpc', undefined, 'warns'],
    ['json', undefined, 'warns'],
  ])

  testVariable('OTEL_EXPORTER_OTLP_COMPRESSION', ({ logs }) => logs.compression, [
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['None', 'none'],
    ['zstd', undefined, 'warns'],
    ['true', undefined, 'warns'],
  ])

  testVariable('OTEL_EXPORTER_OTLP_TIMEOUT', ({ traces }) => traces.timeoutMillis, [
    ['2500', 2500],
    [2500, 2500],
    ['0', MAX_INTEGER],
    ['-1', undefined, 'warns'],
    ['10s', undefined, 'warns'],
    ['2.5', undefined, 'warns'],
    ['soon', undefined, 'warns'],
    ['99999999999', undefined, 'warns'],
  ])

  test('a variable of one signal takes precedence unless it is invalid', () => {
    const { config, problems } = read({
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: 'soon',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'none',
    })
    expect(config).toMatchObject({
      traces: {
        headers: { b: '2' },
        timeoutMillis: 2500,
        protocol: 'http/protobuf',
        compression: 'gzip',
      },
      logs: { headers: { a: '1' }, timeoutMillis: 2500, protocol: 'http/json', compression: 'none' },
    })
    expect(problems).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=soon ')])
  })
})
