import { afterEach, describe, expect, it, vi } from 'vitest'
import { limitsOf, originsOf } from './gateway-env.ts'

const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
afterEach(() => warn.mockClear())

describe('ALLOWED_ORIGINS', () => {
  it.each([
    ['https://checkout.example', ['https://checkout.example']],
    [' https://a.example/ ,http://localhost:8080,', ['https://a.example', 'http://localhost:8080']],
    ['https://Checkout.Example:443', ['https://checkout.example']],
    ['', []],
  ])('ALLOWED_ORIGINS %j is parsed to %j', (text, origins) => {
    expect(originsOf({ ALLOWED_ORIGINS: text })).toEqual(origins)
    expect(warn).not.toHaveBeenCalled()
  })

  it.each([
    'www.example.com',
    'localhost:8080',
    '*',
    'https://*.example.com',
    'https://a.example/shop',
    'null',
  ])('%j is named in one warning and ignored', (text) => {
    expect(originsOf({ ALLOWED_ORIGINS: `https://b.example,${text}` })).toEqual(['https://b.example'])
    expect(warn.mock.calls).toEqual([
      [`ALLOWED_ORIGINS: ${JSON.stringify(text)} is not an origin such as https://www.example.com`],
    ])
  })
})

describe('limits', () => {
  it.each(['many', '1.5', '-1', '1e3'])('%j is named in one warning, and the default is used', (text) => {
    expect(limitsOf({ MAX_TRACES_PER_SECOND: text }).sampler).toEqual({})
    expect(warn.mock.calls).toEqual([
      [`MAX_TRACES_PER_SECOND=${text} is not a whole number: the default is used`],
    ])
  })
})
