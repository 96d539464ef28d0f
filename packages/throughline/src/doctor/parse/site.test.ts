import { describe, expect, test } from 'vitest'
import { fetchHeaders, refererHeader } from './site.ts'

const site = (url: string, page: string) => fetchHeaders(new URL(url), new URL(page))['sec-fetch-site']
const referer = (url: string, page: string) => refererHeader(new URL(url), new URL(page)).referer

describe('Sec-Fetch-Site', () => {
  test.each([
    ['one origin', 'https://a.example/x', 'https://a.example/y', 'same-origin'],
    ['the default port', 'https://a.example:443/', 'https://a.example/', 'same-origin'],
    ['user info', 'https://ann:b@a.example/', 'https://a.example/', 'same-origin'],
    ['another port', 'https://a.example:8443/', 'https://a.example/', 'same-site'],
    ['a subdomain', 'https://api.shop.example/', 'https://www.shop.example/', 'same-site'],
    ['the domain above', 'https://shops.example/', 'https://www.shops.example/', 'same-site'],
    ['several labels', 'https://a.b.c.shops.example/', 'https://d.shops.example/', 'same-site'],
    ['names that end with a dot', 'https://a.shops.example./', 'https://b.shops.example./', 'same-site'],
    ['another scheme', 'http://a.example/', 'https://a.example/', 'cross-site'],
    ['another domain', 'https://a.example/', 'https://b.example/', 'cross-site'],
    [
      'a domain that only ends alike',
      'https://badshops.example/',
      'https://www.shops.example/',
      'cross-site',
    ],
    [
      'two domains below a public suffix of two labels',
      'https://www.a.co.uk/',
      'https://www.b.co.uk/',
      'cross-site',
    ],
    [
      'one domain below a public suffix of two labels',
      'https://www.a.co.uk/',
      'https://b.a.co.uk/',
      'same-site',
    ],
    ['ports of this machine', 'http://localhost:4318/', 'http://localhost:8787/', 'same-site'],
    ['ports of an address', 'http://127.0.0.1:4318/', 'http://127.0.0.1:8787/', 'same-site'],
    ['two addresses that end alike', 'http://10.1.0.1/', 'http://10.2.0.1/', 'cross-site'],
    ['ports of an address of version 6', 'http://[::1]:4318/', 'http://[::1]:8787/', 'same-site'],
    ['two addresses of version 6', 'http://[2001:db8::1]/', 'http://[2001:db8::2]/', 'cross-site'],
    ['a name and its address', 'http://localhost/', 'http://127.0.0.1/', 'cross-site'],
  ])('%s', (_, url, page, expected) => {
    expect(site(url, page)).toBe(expected)
    expect(site(page, url)).toBe(expected)
  })

  test('comes with the headers of fetch', () => {
    const url = new URL('https://a.example/')
    expect(fetchHeaders(url, url)).toEqual({
      accept: '*/*',
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'cors',
      'sec-fetch-site': 'same-origin',
    })
  })
})

describe('Referer', () => {
  const PAGE = 'https://ann:secret@a.example/path?token=b#fragment'

  test.each([
    [
      'is the address without user info and fragment for one origin',
      'https://a.example/api',
      'https://a.example/path?token=b',
    ],
    ['is only the origin for another origin', 'https://b.example/api', 'https://a.example/'],
    ['is only the origin for another port', 'https://a.example:8443/', 'https://a.example/'],
    ['is absent from https: to http:', 'http://a.example/', undefined],
  ])('%s', (_, url, expected) => {
    expect(referer(url, PAGE)).toBe(expected)
  })

  test('is the origin from http: to https:', () => {
    expect(referer('https://b.example/', 'http://a.example:81/x')).toBe('http://a.example:81/')
  })
})
