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
