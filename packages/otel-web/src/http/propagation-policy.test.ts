import { expect, test } from 'vitest'
import { createPropagationPolicy } from './propagation-policy.ts'

const page = 'https://shop.example'
const verdict = (url: string, options = {}) => createPropagationPolicy(options, page)(new URL(url))

test('the own origin gets the headers, nobody else does', () => {
  expect(verdict('https://shop.example/api')).toBe('sent')
  expect(verdict('https://shop.example:8443/api')).toBe('foreign origin')
  expect(verdict('http://shop.example/api')).toBe('foreign origin')
  expect(verdict('https://shop.example.evil.test/api')).toBe('foreign origin')
  expect(verdict('https://evil.test/?https://shop.example')).toBe('foreign origin')
})

test('the allow-list holds origins, compared whole', () => {
  const options = { propagateTo: [' https://api.example/any/path ', 'nonsense', 'data:x'] }
  expect(verdict('https://api.example/v2', options)).toBe('sent')
  expect(verdict('https://api.example.evil.test/', options)).toBe('foreign origin')
})

test('noPropagate takes URLs out, by beginning or by expression', () => {
  const options = { noPropagate: ['/download', 'https://shop.example/out', /\.zip$/g] }
  expect(verdict('https://shop.example/download/1', options)).toBe('excluded by noPropagate')
  expect(verdict('https://shop.example/outside', options)).toBe('excluded by noPropagate')
  for (const _ of [1, 2])
    expect(verdict('https://shop.example/a.zip', options)).toBe('excluded by noPropagate')
  expect(verdict('https://shop.example/api/download', options)).toBe('sent')
})

test('what is no HTTP is none of ours', () => {
  expect(verdict('blob:https://shop.example/1')).toBe('not http')
  expect(verdict('data:text/plain,x')).toBe('not http')
})
