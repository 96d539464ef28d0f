import { afterEach, describe, expect, test } from 'vitest'
import type { TracingOptions } from '../options.ts'
import { ownData, readScriptOptions } from './script-options.ts'

/** A script element with these data attributes. */
const scriptWith = (dataset: Record<string, string>) => ({ dataset }) as unknown as HTMLElement
const read = (dataset: Record<string, string> = {}) =>
  readScriptOptions(scriptWith({ serviceName: 'shop', ...dataset }))

// https://html.spec.whatwg.org/multipage/dom.html#dom-dataset
describe('the options of a script tag', () => {
  test.each<[string, Record<string, string>, Partial<TracingOptions>]>([
    ['the name of the service', {}, { serviceName: 'shop' }],
    [
      'version and environment',
      { serviceVersion: '1', environment: 'test' },
      { serviceVersion: '1', environment: 'test' },
    ],
    ['the endpoint', { endpoint: '/collect' }, { endpoint: '/collect' }],
    ['no endpoint', {}, { endpoint: undefined }],
    [
      'origins',
      { propagateTo: 'https://a.example,https://b.example' },
      { propagateTo: ['https://a.example', 'https://b.example'] },
    ],
    ['no origins', {}, { propagateTo: undefined }],
    [
      'URLs without headers',
      { noPropagate: '^https://shop\\.example/out' },
      { noPropagate: [/^https:\/\/shop\.example\/out/] },
    ],
    ['an empty expression, which excludes nothing', { noPropagate: '' }, { noPropagate: undefined }],
    ['a ratio', { sampleRatio: '0.1' }, { sampler: 'traceidratio', samplerArg: '0.1' }],
    ['a ratio of zero', { sampleRatio: '0' }, { sampler: 'traceidratio', samplerArg: '0' }],
    ['no ratio', {}, { sampler: undefined, samplerArg: undefined }],
    ['required consent', { consent: 'required' }, { consent: 'required' }],
    ['consent without a value', { consent: '' }, { consent: '' as never }],
    ['no consent', {}, { consent: undefined }],
    ['debug without a value', { debug: '' }, { debug: true }],
    ['debug with a link', { debug: 'http://jaeger/{traceId}' }, { debug: 'http://jaeger/{traceId}' }],
    ['no debug', {}, { debug: undefined }],
  ])('have %s', (_, dataset, options) => {
    expect(read(dataset)).toMatchObject(options)
  })

  test.each([{}, { serviceName: '' }])('need the name of the service, which %j lacks', (dataset) => {
    expect(() => readScriptOptions(scriptWith(dataset as Record<string, string>))).toThrow(
      'no data-service-name',
    )
  })

  test('need a valid regular expression', () => {
    expect(() => read({ noPropagate: '(' })).toThrow(SyntaxError)
  })
})

describe('properties of Object.prototype', () => {
  afterEach(() => {
    for (const name of ['consent', 'debug', 'redact']) Reflect.deleteProperty(Object.prototype, name)
  })

  test('are neither data attributes nor options', () => {
    for (const name of ['consent', 'debug', 'redact']) {
      Object.defineProperty(Object.prototype, name, { value: 'polluted', configurable: true })
    }
    expect(ownData(scriptWith({})).consent).toBeUndefined()
    const options = read()
    expect([options.consent, options.debug, options.redact]).toEqual([undefined, undefined, undefined])
  })
})
