import { afterEach, describe, expect, test, vi } from 'vitest'
import { otlpRelay } from '../relay/relay.ts'
import { checkOptions } from './check-options.ts'

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
afterEach(() => warnings.mockClear())

describe.each(['trust', 'propagateTo', 'timingAllowOrigin'] as const)(
  'the option %s has normalized origins',
  (name) => {
    const checked = (value: unknown) => checkOptions({ [name]: value } as never, {})[name]

    test.each([
      [['https://a.example'], ['https://a.example']],
      [['https://a.example/'], ['https://a.example']],
      [['HTTPS://A.example:443'], ['https://a.example']],
      [['http://localhost:8787'], ['http://localhost:8787']],
      [['capacitor://localhost'], ['capacitor://localhost']],
      ['https://a.example', ['https://a.example']],
      [[], []],
      [undefined, undefined],
    ])('the origins %j are normalized to %j', (given, expected) => {
      expect(checked(given)).toEqual(expected)
      expect(warnings).not.toHaveBeenCalled()
    })

    test.each(['a.example', 'https://a.example/path', 'https://*.example', '*', '', null, 7])(
      '%j is removed, with one warning that has its name and value',
      (given) => {
        expect(checked([given, 'https://a.example'])).toEqual(['https://a.example'])
        checked([given])
        expect(warnings.mock.calls.map(([text]) => text)).toEqual([
          expect.stringContaining(
            `${name}: ${JSON.stringify(given)} is not an origin such as https://a.example`,
          ),
        ])
      },
    )
  },
)

test.each(['same-origin', 'internal', 'all'])('the keyword %s is valid', (word) => {
  expect(checkOptions({ trust: word as never }, {}).trust).toBe(word)
})

test.each([
  ['protocol', 'grpc', 'exporter.protocol: "grpc" is not http/json or http/protobuf'],
  ['compression', 'br', 'exporter.compression: "br" is not gzip or none'],
])('exporter.%s %j is removed, with a warning that has its name and value', (name, value, message) => {
  expect(checkOptions({ exporter: { [name]: value, url: 'http://x/' } as never }, {}).exporter).toEqual({
    url: 'http://x/',
  })
  expect(warnings.mock.calls).toEqual([[`throughline: ${message}`]])
})

test.each(['queues', 'propagateBindings', 'rpc'] as const)(
  '%s that name no binding are warned of by name and value',
  (name) => {
    checkOptions({ [name]: ['ORDERS', 'ORDERZ'] } as never, { ORDERS: {} })
    expect(warnings.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining(`${name}: "ORDERZ" is not a binding of this worker`),
    ])
  },
)

test.each([
  ['sampler', 'maxPerSecond', -1],
  ['sampler', 'maxForcedPerSecond', '5'],
  ['keep', 'slowMillis', 'x'],
  ['keep', 'slowMillis', Number.NaN],
  ['exporter', 'timeoutMillis', null],
  ['exporter', 'batchDelayMillis', -0.5],
  ['exporter', 'windowMillis', -0.5],
] as const)('%s.%s %j is removed, with a warning that has its name and value', (group, name, value) => {
  expect(checkOptions({ [group]: { [name]: value } } as never, {})[group]).toEqual({})
  expect(warnings.mock.calls).toEqual([
    [`throughline: ${group}.${name}: ${JSON.stringify(value)} is not a number of 0 or more`],
  ])
})

test.each([0, 0.5, 1000, Number.POSITIVE_INFINITY])('the number %j is kept', (value) => {
  expect(checkOptions({ keep: { slowMillis: value } }, {}).keep).toEqual({ slowMillis: value })
  expect(warnings).not.toHaveBeenCalled()
})

test('groups that are absent stay absent', () => {
  const checked = checkOptions({ serviceName: 'shop' }, {})
  for (const group of ['sampler', 'keep', 'exporter']) expect(checked).not.toHaveProperty(group)
})

test('a captureHeaders without request and response causes a warning with its value', () => {
  checkOptions({ captureHeaders: ['x'] } as never, {})
  expect(warnings.mock.calls).toEqual([
    ['throughline: captureHeaders: ["x"] is not an object such as { request: [], response: [] }'],
  ])
})

test('an overflow queue that is not a binding causes a warning with its name and value', () => {
  checkOptions({ exporter: { overflowQueue: 'OVERFLOW' } }, { OVERFLOW: {} })
  expect(warnings).not.toHaveBeenCalled()
  checkOptions({ exporter: { overflowQueue: 'OVERFLOWZ' } }, { OVERFLOW: {} })
  expect(warnings.mock.calls).toEqual([
    ['throughline: exporter.overflowQueue: "OVERFLOWZ" is not a binding of this worker'],
  ])
})

test('invalid numbers of the relay are removed, with a warning that has name and value', async () => {
  otlpRelay({ maxBytes: '1 MB', perMinute: -1 } as never)
  expect(warnings.mock.calls).toEqual([
    ['throughline: maxBytes: "1 MB" is not a number of 0 or more'],
    ['throughline: perMinute: -1 is not a number of 0 or more'],
  ])
})

test('the former option name rpc sets propagateBindings', () => {
  expect(checkOptions({ rpc: ['CART'] }, { CART: {} }).propagateBindings).toEqual(['CART'])
  expect(checkOptions({ rpc: ['CART'], propagateBindings: [] }, { CART: {} }).propagateBindings).toEqual([])
})

test('origins of the relay are checked like those of the options', () => {
  otlpRelay({ origins: ['relay.example'] })
  expect(warnings.mock.calls.map(([text]) => text)).toEqual([
    expect.stringContaining('origins: "relay.example" is not an origin such as https://a.example'),
  ])
})
