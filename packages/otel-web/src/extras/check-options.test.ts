import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TracingOptions } from '../options.ts'
import { checkOptions } from './check-options.ts'

let warnings: unknown[]
beforeEach(() => {
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((text) => void warnings.push(text))
  vi.stubGlobal('document', { baseURI: 'https://shop.example/de/' })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const check = (options: Partial<TracingOptions>) => checkOptions({ serviceName: 'shop', ...options })

test.each<[string, Partial<TracingOptions>]>([
  ['no other option', {}],
  ['a path as endpoint', { endpoint: '/v1/traces' }],
  ['a relative endpoint', { endpoint: '../collect' }],
  ['an endpoint on another origin', { endpoint: 'https://collector.example:4318/v1/traces' }],
  ['an endpoint with the scheme of the page', { endpoint: '//collector.example/v1/traces' }],
  ['an empty endpoint', { endpoint: '' }],
  ['origins', { propagateTo: ['https://a.example', 'http://localhost:4000', 'http://[::1]:81'] }],
  ['no origins', { propagateTo: [] }],
  ['a sampler', { sampler: 'always_off' }],
  ['a sampler in capitals', { sampler: 'PARENTBASED_TRACEIDRATIO' }],
  ['a ratio of zero', { sampler: 'traceidratio', samplerArg: 0 }],
  ['a ratio as text', { sampler: 'traceidratio', samplerArg: '1.0' }],
])('%s causes no warning', (_, options) => {
  check(options)
  expect(warnings).toEqual([])
})

test.each<[Partial<TracingOptions>, string]>([
  [{ serviceName: '' }, 'serviceName (data-service-name): "" is not a name'],
  [
    { endpoint: 'ftp://collector/' },
    'endpoint (data-endpoint): "ftp://collector/" is not an http:// or https:// address',
  ],
  [
    { endpoint: 'collector:4318' },
    'endpoint (data-endpoint): "collector:4318" is not an http:// or https:// address',
  ],
  [{ endpoint: 'data:,x' }, 'endpoint (data-endpoint): "data:,x" is not an http:// or https:// address'],
  ...[
    'api.example',
    '//api.example',
    '*',
    'null',
    '',
    'https://api.example/',
    'https://api.example:443',
    'https://API.example',
    'data:x',
  ].map((value): [Partial<TracingOptions>, string] => [
    { propagateTo: [value] },
    `propagateTo (data-propagate-to): ${JSON.stringify(value)} is not an origin such as https://api.example.com`,
  ]),
  [{ sampler: 'ratio' }, 'sampler: "ratio" is not a sampler of OTEL_TRACES_SAMPLER'],
  [{ sampler: 'xalways_on' }, 'sampler: "xalways_on" is not a sampler of OTEL_TRACES_SAMPLER'],
  ...[-0.1, 1.1, Number.NaN, '', 'half', '50%', '0x1'].map((value): [Partial<TracingOptions>, string] => [
    { samplerArg: value },
    `samplerArg (data-sample-ratio): ${JSON.stringify(value)} is not a number from 0 to 1`,
  ]),
])('%j causes one warning', (options, warning) => {
  check(options)
  expect(warnings).toEqual([`throughline: ${warning}`])
})

test('each unusable option has its own warning', () => {
  check({ serviceName: '', propagateTo: ['a', 'https://b.example', 'c'], sampler: 'x', samplerArg: 'y' })
  expect(warnings).toHaveLength(5)
})
