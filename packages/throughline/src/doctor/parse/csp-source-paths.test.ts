import { describe, expect, test } from 'vitest'
import { matchesSource } from './csp-source.ts'

const HTTPS = 'https://www.example.com/'
const HTTP = 'http://www.example.com/'
const matches = (source: string, url: string, page: string) =>
  matchesSource(source, new URL(url), new URL(page))

describe("the source 'self'", () => {
  test.each([
    ['its keyword has no case', "'SELF'", `${HTTPS}a`, HTTPS, true],
    ['without quotes it is the name of a host', 'self', `${HTTPS}a`, HTTPS, false],
    ['it allows no other port', "'self'", 'https://www.example.com:444/', HTTPS, false],
    ['it allows no subdomain', "'self'", 'https://a.www.example.com/', HTTPS, false],
    ['a page of https: allows no http:', "'self'", HTTP, HTTPS, false],
    ['a page of http: allows https: on the default ports', "'self'", HTTPS, HTTP, true],
    [
      'a page of http: allows https: on its own port',
      "'self'",
      'https://a.example:81/',
      'http://a.example:81/',
      true,
    ],
    [
      'a page of http: allows https: on no other port',
      "'self'",
      'https://a.example:82/',
      'http://a.example:81/',
      false,
    ],
    [
      'a page on a port allows no default port of https:',
      "'self'",
      'https://a.example/',
      'http://a.example:81/',
      false,
    ],
  ])('%s', (_, ...[source, url, page, expected]) => {
    expect(matches(source, url, page)).toBe(expected)
  })
})

describe('the scheme of a source', () => {
  test.each([
    ['has no case', 'HTTPS:', 'https://a.example/', HTTPS, true],
    ['has no case before a host', 'HTTPS://a.example', 'https://a.example/', HTTPS, true],
    ['allows every port', 'https:', 'https://a.example:8443/', HTTPS, true],
    ['http: allows https: of a host', 'http://a.example', 'https://a.example/', HTTPS, true],
    ['https: allows no http:', 'https://a.example', 'http://a.example/', HTTP, false],
    ['is that of the page if it is missing', 'a.example', 'http://a.example/', HTTP, true],
    ['of a page of http: allows https:', 'a.example', 'https://a.example/', HTTP, true],
    ['data: allows no host', 'data:', 'https://a.example/', HTTPS, false],
    ['data: allows data', 'data:', 'data:text/plain,a', HTTPS, true],
    ['blob: allows no data', 'blob:', 'data:text/plain,a', HTTPS, false],
  ])('%s', (_, ...[source, url, page, expected]) => {
    expect(matches(source, url, page)).toBe(expected)
  })
})

describe('the host of a source', () => {
  test.each([
    ['is compared as a whole', 'example.com', 'https://www.example.com/', false],
    ['has no case', 'WWW.EXAMPLE.COM', 'https://www.example.com/', true],
    ['with a wildcard allows several labels', '*.example.com', 'https://a.b.example.com/', true],
    ['with a wildcard has no case', '*.EXAMPLE.com', 'https://a.example.com/', true],
    ['with a wildcard does not allow the domain itself', '*.example.com', 'https://example.com/', false],
    ['has a wildcard only as its first label', 'a.*.com', 'https://a.example.com/', false],
    ['can be any host of a scheme', 'https://*', 'https://a.example/', true],
    ['can be any host on a port', '*:8443', 'https://a.example:8443/', true],
    ['on a port is not on the default port', '*:8443', 'https://a.example/', false],
    ['can be any host on any port', 'https://*:*', 'https://a.example:8443/', true],
    ['can be the local address', '127.0.0.1', 'https://127.0.0.1/', true],
    ['can be another address of version 4', '10.0.0.1', 'https://10.0.0.1/', true],
    ['cannot be an address of version 6', 'https://[::1]:8443', 'https://[::1]:8443/', false],
    ['has no user info', 'https://ann@a.example', 'https://a.example/', false],
    ['is not empty', 'https://', 'https://a.example/', false],
  ])('%s', (_, source, url, expected) => {
    expect(matches(source, url, HTTPS)).toBe(expected)
  })
})

describe('the port of a source', () => {
  test.each([
    ['is the default port of the address if it is missing', 'http://a.example', 'https://a.example/', true],
    ['missing allows no other port', 'https://a.example', 'https://a.example:8443/', false],
    ['can be the default port', 'https://a.example:443', 'https://a.example/', true],
    ['is a number', 'https://a.example:0443', 'https://a.example/', true],
    ['80 of http: allows the default port of https:', 'http://a.example:80', 'https://a.example/', true],
    ['80 of https: does not allow its default port', 'https://a.example:80', 'https://a.example/', false],
    ['80 without a scheme is that of the page', 'a.example:80', 'https://a.example/', false],
    ['443 of http: does not allow its default port', 'http://a.example:443', 'http://a.example/', false],
    ['with letters is none', 'https://a.example:x', 'https://a.example/', false],
  ])('%s', (_, source, url, expected) => {
    expect(matches(source, url, HTTP.replace('http', 'https'))).toBe(expected)
  })
})

describe('the path of a source', () => {
  test.each([
    ['a slash allows every path', '/', '/a/b', true],
    ['a folder allows what is in it', '/a/', '/a/b/c', true],
    ['a folder allows itself', '/a/', '/a/', true],
    ['a folder does not allow its name without a slash', '/a/', '/a', false],
    ['a folder allows no longer name', '/a/', '/ab/c', false],
    ['a file allows itself', '/a/b.js', '/a/b.js', true],
    ['a file allows no path below it', '/a', '/a/b', false],
    ['a file allows no longer name', '/a', '/ab', false],
    ['the case of a path counts', '/A/', '/a/b', false],
    ['an encoded character is equal to the character', '/%61/', '/a/b', true],
    ['the address can have the encoded character', '/a/', '/%61/b', true],
    ['hexadecimal digits have no case', '/%e2%82%ac', '/%E2%82%AC', true],
    ['an encoded slash separates no folders', '/a%2Fb/', '/a/b/c', false],
    ['an encoded slash is equal to itself', '/a%2fb/', '/a%2Fb/c', true],
    ['a percent sign that encodes nothing is text', '/100%/', '/100%/a', true],
    ['the query of the address has no meaning', '/a', '/a?b=/c', true],
    ['a source with a query is none', '/a?b', '/a?b', false],
    ['a source with a fragment is none', '/a#b', '/a', false],
  ])('%s', (_, path, actual, expected) => {
    expect(matches(`https://a.example${path}`, `https://a.example${actual}`, HTTPS)).toBe(expected)
  })
})

describe('what allows no address', () => {
  test.each([
    '',
    "'none'",
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'strict-dynamic'",
    "'report-sample'",
    "'nonce-abc'",
    '//www.example.com',
    '/path',
    'https:/www.example.com',
    '.example.com',
    '*.*',
    '**',
    ':',
    ':443',
  ])('%j', (source) => {
    expect(matches(source, HTTPS, HTTPS)).toBe(false)
  })
})
