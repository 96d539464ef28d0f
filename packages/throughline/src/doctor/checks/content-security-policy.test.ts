import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { found, ids, type TargetChanges, target } from '../../../test/observed.ts'
import { checkContentSecurityPolicy } from './content-security-policy.ts'

const check = (policy: string, { page = {}, ...changes }: TargetChanges = {}) =>
  checkContentSecurityPolicy(target({ page: { policy, ...page }, ...changes }))
const tag = (attributes: string) => ({
  page: { head: `<script src="/throughline.js" data-service-name=a ${attributes}></script>` },
})
const HASH = `sha256-${'A'.repeat(43)}=`

test('a page without a policy has no finding', () => {
  expect(checkContentSecurityPolicy(target())).toEqual([])
})

describe('the scripts of the SDK', () => {
  test.each([
    ['are allowed by their host', "script-src 'self'", {}],
    ['are allowed by a nonce', "script-src 'nonce-a'", tag('nonce=a')],
    [
      'are allowed by hashes of both',
      `script-src '${HASH}'`,
      tag(`integrity=${HASH} data-sdk-integrity=${HASH}`),
    ],
    [
      'are allowed by a hash and strict-dynamic',
      `script-src '${HASH}' 'strict-dynamic'`,
      tag(`integrity=${HASH}`),
    ],
    ['are not checked without the tag', "script-src 'none'", { page: { head: '' } }],
  ])('%s', (_, policy, changes) => {
    expect(check(policy, changes)).toEqual([])
  })

  test.each([
    ['sandbox', ['page-csp-script', '"sandbox" blocks every script']],
    ['SANDBOX allow-forms', ['page-csp-script', '"sandbox allow-forms" blocks every script']],
    ['sandbox allow-forms Allow-Scripts', undefined],
  ])('are blocked by a sandbox without allow-scripts: %s', (policy, expected) => {
    expect(found(check(policy))).toEqual(expected ? [expected] : [])
  })

  test.each([
    [
      'are blocked',
      "script-src 'none'",
      {},
      `"script-src 'none'" blocks https://www.example.com/throughline.js`,
    ],
    [
      'are blocked after the loader',
      `script-src '${HASH}'`,
      tag(`integrity=${HASH}`),
      `"script-src '${HASH}'" blocks https://www.example.com/throughline-sdk.js`,
    ],
    [
      'are blocked on another host',
      "script-src 'self'",
      tag('data-sdk="https://cdn.example/sdk.js?key=secret"'),
      `"script-src 'self'" blocks https://cdn.example/sdk.js?key=REDACTED`,
    ],
    [
      'are blocked inline',
      "script-src 'self'",
      { page: { head: '<script data-service-name=a>b</script>' } },
      `"script-src 'self'" blocks the inline script of the SDK`,
    ],
  ])('%s', (_, ...[policy, changes, seen]) => {
    expect(found(check(String(policy), changes as TargetChanges))).toEqual([['page-csp-script', seen]])
  })

  test('are allowed by the hash of an inline loader and by their host', () => {
    const digest = createHash('sha256').update('b').digest('base64')
    const page = { head: '<script data-service-name=a>b</script>' }
    expect(check(`script-src 'sha256-${digest}' 'self'`, { page })).toEqual([])
  })

  test('have to be allowed by every policy', () => {
    expect(ids(check("script-src 'self', script-src 'none', script-src 'none'"))).toEqual([
      'page-csp-script',
      'page-csp-script',
    ])
  })
})

describe('the requests of the page', () => {
  const api = { options: { apis: [new URL('https://api.example/v1')] } }

  test.each([
    ['are allowed to its own origin', "connect-src 'self'", {}],
    ['are allowed to an API', "connect-src 'self' api.example", api],
    [
      'are allowed to the endpoint of the options',
      'connect-src otlp.example',
      { options: { endpoint: new URL('https://otlp.example/') } },
    ],
    [
      'are allowed to the endpoint of the tag',
      'connect-src otlp.example',
      tag('data-endpoint=https://otlp.example/'),
    ],
  ])('%s', (_, policy, changes) => {
    expect(check(policy, changes)).toEqual([])
  })

  test.each([
    ['to its own origin', "connect-src 'none'", {}, `"connect-src 'none'" blocks requests to 'self'`],
    ['to an API', "connect-src 'self'", api, `"connect-src 'self'" blocks requests to https://api.example`],
    [
      'to an origin of the tag',
      "connect-src 'self'",
      tag('data-propagate-to=https://b.example'),
      `"connect-src 'self'" blocks requests to https://b.example`,
    ],
    [
      'to both, each once',
      "connect-src 'none'",
      { options: { apis: [...api.options.apis, ...api.options.apis] } },
      `"connect-src 'none'" blocks requests to 'self', https://api.example`,
    ],
    [
      'without a tag',
      "connect-src 'none'",
      { page: { head: '' } },
      `"connect-src 'none'" blocks requests to 'self'`,
    ],
  ])('are blocked %s', (_, ...[policy, changes, seen]) => {
    expect(found(check(String(policy), changes as TargetChanges))).toEqual([['page-csp-connect', seen]])
  })

  test('are added to the fix', () => {
    expect(check("connect-src 'none'", api)[0]?.fix).toBe("Add 'self' https://api.example to connect-src.")
  })
})

describe('Trusted Types', () => {
  test.each([
    ['block the SDK', 'trusted-types a', {}, ['page-csp-trusted-types']],
    ['allow the SDK', 'trusted-types throughline', {}, []],
    ['have no meaning without the tag', 'trusted-types a', { page: { head: '' } }, []],
  ])('%s', (_, ...[policy, changes, expected]) => {
    expect(ids(check(String(policy), changes as TargetChanges))).toEqual(expected)
  })
})

test('a policy that blocks everything has a finding of each kind', () => {
  expect(ids(check("default-src 'none'; trusted-types 'none'"))).toEqual([
    'page-csp-script',
    'page-csp-connect',
    'page-csp-trusted-types',
  ])
})
