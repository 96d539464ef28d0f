import { expect, test } from 'vitest'
import { createPropagationPolicy } from './propagation-policy.ts'

const page = 'https://shop.example'
const decision = (url: string, options = {}) => createPropagationPolicy(options, page)(new URL(url))

test('trace headers are sent to the own origin only', () => {
  expect(decision('https://shop.example/api')).toBe('sent')
  expect(decision('https://shop.example:8443/api')).toBe('foreign origin')
  expect(decision('http://shop.example/api')).toBe('foreign origin')
  expect(decision('https://shop.example.evil.test/api')).toBe('foreign origin')
  expect(decision('https://evil.test/?https://shop.example')).toBe('foreign origin')
})

test('origins of the allow-list are compared as a whole', () => {
  const options = { propagateTo: [' https://api.example/any/path ', 'nonsense', 'data:x'] }
  expect(decision('https://api.example/v2', options)).toBe('sent')
  expect(decision('https://api.example.evil.test/', options)).toBe('foreign origin')
})

test('noPropagate excludes URLs by prefix or by regular expression', () => {
  const options = { noPropagate: ['/download', 'https://shop.example/out', /\.zip$/g] }
  expect(decision('https://shop.example/download/1', options)).toBe('excluded by noPropagate')
  expect(decision('https://shop.example/outside', options)).toBe('excluded by noPropagate')
  for (const _ of [1, 2])
    expect(decision('https://shop.example/a.zip', options)).toBe('excluded by noPropagate')
  expect(decision('https://shop.example/api/download', options)).toBe('sent')
})

test('URLs of other schemes than HTTP get no trace headers', () => {
  expect(decision('blob:https://shop.example/1')).toBe('not http')
  expect(decision('data:text/plain,x')).toBe('not http')
})

// https://html.spec.whatwg.org/multipage/browsers.html#same-origin
test.each([
  ['https://SHOP.example/api', 'sent'],
  ['https://shop.example:443/api', 'sent'],
  ['https://user:secret@shop.example/api', 'sent'],
  ['https://shop.example@evil.test/api', 'foreign origin'],
  ['https://shop.example./api', 'foreign origin'],
  ['https://www.shop.example/api', 'foreign origin'],
  ['https://evil.test/shop.example', 'foreign origin'],
  ['https://evil.test#https://shop.example/', 'foreign origin'],
  ['http://shop.example:443/', 'foreign origin'],
  ['ws://shop.example/', 'not http'],
  ['wss://shop.example/', 'not http'],
  ['file:///etc/hosts', 'not http'],
  ['about:blank', 'not http'],
  ['chrome-extension://abc/x.js', 'not http'],
])('from https://shop.example, headers to %s: %s', (url, expected) => {
  expect(decision(url)).toBe(expected)
})

test.each([
  ['https://api.example', 'https://api.example/', 'sent'],
  ['https://api.example/', 'https://api.example/v1', 'sent'],
  ['https://API.example:443', 'https://api.example/v1', 'sent'],
  ['http://localhost:4000', 'http://localhost:4000/', 'sent'],
  ['http://localhost:4000', 'http://127.0.0.1:4000/', 'foreign origin'],
  ['https://bücher.example', 'https://xn--bcher-kva.example/', 'sent'],
  ['https://*.example', 'https://api.example/', 'foreign origin'],
  ['*', 'https://api.example/', 'foreign origin'],
  ['null', 'https://api.example/', 'foreign origin'],
  ['api.example', 'https://api.example/', 'foreign origin'],
  ['//api.example', 'https://api.example/', 'foreign origin'],
  ['blob:https://api.example/1', 'https://api.example/', 'sent'],
])('with propagateTo %s, headers to %s: %s', (value, url, expected) => {
  expect(decision(url, { propagateTo: [value] })).toBe(expected)
})

test.each<[string | RegExp, string, string]>([
  ['/', '/anything', 'excluded by noPropagate'],
  ['', '/anything', 'sent'],
  ['/login?', '/login?to=1', 'excluded by noPropagate'],
  ['/login?', '/login', 'sent'],
  ['/a b', '/a%20b', 'sent'],
  ['/a%20b', '/a b', 'excluded by noPropagate'],
  ['shop.example', '/', 'sent'],
  ['https://shop.example', '/', 'excluded by noPropagate'],
  [/^\/out/, '/out', 'sent'],
  [/^https:\/\/shop\.example\/out\b/, '/out?x', 'excluded by noPropagate'],
  [/\/out$/y, '/out', 'sent'],
])('with noPropagate %s, headers to the path %s: %s', (pattern, path, expected) => {
  expect(decision(`https://shop.example${path}`, { noPropagate: [pattern] })).toBe(expected)
})

test('a page of an opaque origin sends headers to its allow-list only', () => {
  // `window.origin` of a sandboxed frame is "null", and so is the origin of a `data:` URL.
  const decide = createPropagationPolicy({ propagateTo: ['https://api.example'] }, '')
  expect(decide(new URL('https://api.example/'))).toBe('sent')
  expect(decide(new URL('https://shop.example/'))).toBe('foreign origin')
  expect(decide(new URL('data:,'))).toBe('not http')
})
