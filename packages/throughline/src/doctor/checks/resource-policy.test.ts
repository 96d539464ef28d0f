import { describe, expect, test } from 'vitest'
import { found, PAGE_URL, response, target } from '../../../test/observed.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { ScriptObservation } from '../target/target.ts'
import { checkResourcePolicy } from './resource-policy.ts'

const loader = (host: string, policy?: string): ScriptObservation => {
  const url = new URL('/throughline.js', `https://${host}`)
  return {
    role: 'loader',
    url,
    response: response(policy === undefined ? {} : { 'cross-origin-resource-policy': policy }, { url }),
  }
}
const tag = (attributes = '') => `<script src="/throughline.js" data-service-name=a ${attributes}></script>`
const check = (script: ScriptObservation, headers = {}, attributes = '') =>
  found(checkResourcePolicy(target({ scripts: [script], page: { head: tag(attributes), headers } })))
const REQUIRED = { 'cross-origin-embedder-policy': 'require-corp; report-to="a"' }

describe('a script of the SDK', () => {
  test.each([
    ['of another origin without a policy', loader('cdn.example')],
    ['of another origin with cross-origin', loader('cdn.example', 'cross-origin')],
    ['of another origin with an unknown policy', loader('cdn.example', 'Same-Origin')],
    ['of the same site with same-site', loader('cdn.example.com', 'same-site')],
    ['of the page with same-origin', loader(PAGE_URL.host, 'same-origin')],
  ])('%s is loaded', (_, script) => {
    expect(check(script)).toEqual([])
  })

  test.each([
    ['same-origin', 'cdn.example.com'],
    ['same-origin', 'cdn.example'],
    ['same-site', 'cdn.example'],
  ])('with %s is not loaded from %s', (policy, host) => {
    expect(check(loader(host, policy))).toEqual([
      ['page-script-corp', `loader https://${host}/throughline.js: cross-origin-resource-policy ${policy}`],
    ])
  })

  test('needs a policy when the page requires one', () => {
    expect(check(loader('cdn.example'), REQUIRED)).toEqual([
      [
        'page-script-corp',
        'loader https://cdn.example/throughline.js: the page requires cross-origin-resource-policy, which is absent',
      ],
    ])
    expect(check(loader('cdn.example', 'cross-origin'), REQUIRED)).toEqual([])
    expect(check(loader(PAGE_URL.host), REQUIRED)).toEqual([])
    expect(check(loader('cdn.example'), { 'cross-origin-embedder-policy': 'credentialless' })).toEqual([])
  })

  test('with crossorigin is asked for by CORS', () => {
    expect(check(loader('cdn.example', 'same-origin'), REQUIRED, 'crossorigin')).toEqual([])
  })

  test('without a response has no finding here', () => {
    const failed = { ...loader('cdn.example'), response: new RequestFailure('timeout', 'no answer') }
    expect(check(failed, REQUIRED)).toEqual([])
  })
})
