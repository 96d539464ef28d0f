import { describe, expect, test } from 'vitest'
import { found, response, type TargetChanges, target } from '../../../test/observed.ts'
import { isTrustworthyUrl } from '../parse/trustworthy-url.ts'
import { checkMixedContent } from './mixed-content.ts'

const INSECURE = new URL('http://collector.example/v1/traces')

function withEndpoint(url: URL, changes: TargetChanges = {}) {
  const { relay } = target()
  return found(checkMixedContent(target({ relay: { ...relay, url }, ...changes })))
}

describe('a page with TLS', () => {
  test('may not post spans without it', () => {
    expect(withEndpoint(INSECURE)).toEqual([
      ['page-mixed-content', 'https://www.example.com/ uses http://collector.example/v1/traces'],
    ])
  })

  test.each([
    ['with TLS', new URL('https://collector.example/')],
    ['on this machine', new URL('http://localhost:4318/v1/traces')],
  ])('may post spans to an address %s', (_, url) => {
    expect(withEndpoint(url)).toEqual([])
  })

  test('may use any address when its policy upgrades requests', () => {
    expect(
      withEndpoint(INSECURE, { page: { policy: "default-src 'self'; Upgrade-Insecure-Requests" } }),
    ).toEqual([])
  })

  test('names scripts and APIs, each once', () => {
    const url = new URL('http://other.example/')
    const { traced } = target()
    const script = { url, response: response() }
    const changes: TargetChanges = {
      scripts: [
        { role: 'loader', ...script },
        { role: 'SDK', ...script },
      ],
      apis: [
        { url: new URL('http://api.example/?key=hidden'), isListed: true, preflight: response(), traced },
      ],
    }
    expect(withEndpoint(INSECURE, changes)).toEqual([
      [
        'page-mixed-content',
        'https://www.example.com/ uses http://other.example/, http://api.example/?key=REDACTED, http://collector.example/v1/traces',
      ],
    ])
  })
})

test('a page without TLS may use any address', () => {
  expect(withEndpoint(INSECURE, { page: { url: new URL('http://www.example.com/') } })).toEqual([])
})

describe('an address is trustworthy', () => {
  test.each([
    ['https://a.example', true],
    ['http://a.example', false],
    ['http://127.0.0.1:80', true],
    ['http://127.1.2.3', true],
    ['http://127.1', true],
    ['http://0.0.0.0', false],
    ['http://10.0.0.1', false],
    ['http://[::1]:8080', true],
    ['http://[::2]', false],
    ['http://[::ffff:127.0.0.1]', false],
    ['http://localhost', true],
    ['http://LOCALHOST.', true],
    ['http://shop.localhost', true],
    ['http://localhost.example', false],
    ['http://notlocalhost', false],
    ['http://127.0.0.1.example', false],
  ])('%s: %s', (url, expected) => {
    expect(isTrustworthyUrl(new URL(url))).toBe(expected)
  })
})
