import { expect, test } from 'vitest'
import { matchesSource } from './csp-source.ts'

const PAGE = 'https://www.example.com/'

test.each([
  ["'self'", 'https://www.example.com/a.js', true],
  ["'self'", 'https://cdn.example.com/a.js', false],
  ["'self'", 'https://www.example.com:8443/a.js', false],
  ["'none'", 'https://www.example.com/a.js', false],
  ['*', 'https://a.example/', true],
  ['*', 'data:text/plain,a', false],
  ['https:', 'https://a.example/', true],
  ['https:', 'http://a.example/', false],
  ['http:', 'https://a.example/', true],
  ['a.example', 'https://a.example/', true],
  ['A.Example', 'https://a.example/', true],
  ['a.example', 'http://a.example/', false],
  ['a.example', 'https://a.example:8443/', false],
  ['a.example:8443', 'https://a.example:8443/', true],
  ['a.example:*', 'https://a.example:8443/', true],
  ['*.example.com', 'https://cdn.example.com/', true],
  ['*.example.com', 'https://example.com/', false],
  ['*.example.com', 'https://badexample.com/', false],
  ['https://a.example/js/', 'https://a.example/js/a.js', true],
  ['https://a.example/js', 'https://a.example/js/a.js', false],
  ['https://a.example/js/a.js', 'https://a.example/js/a.js?v=1', true],
  ["'nonce-a'", 'https://www.example.com/', false],
  ["'sha256-AAAA'", 'https://www.example.com/', false],
])('%s and %s: %s', (source, url, expected) => {
  expect(matchesSource(source, new URL(url), new URL(PAGE))).toBe(expected)
})

test("a page of http: allows its own host by https: with 'self'", () => {
  const page = new URL('http://www.example.com/')
  expect(matchesSource("'self'", new URL('https://www.example.com/a'), page)).toBe(true)
  expect(matchesSource("'self'", new URL('https://a.example/'), page)).toBe(false)
})
