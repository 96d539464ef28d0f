import { expect, test } from 'vitest'
import { attribute, makeSpan } from '../../test/otlp.ts'
import { spanTarget } from './span-title.ts'

test.each<[name: string, attributes: Record<string, string>, target: string | undefined]>([
  ['GET', { 'url.full': 'https://shop.example/api/products?page=2#top' }, '/api/products'],
  ['POST', { 'url.full': 'http://localhost:8787/api/orders', 'http.route': '/api/*' }, '/api/*'],
  [
    'GET',
    { 'url.template': '/products/:id', 'url.full': 'https://shop.example/products/7' },
    '/products/:id',
  ],
  ['GET', { 'url.path': '/api/cart' }, '/api/cart'],
  ['QUERY', { 'http.url': 'https://shop.example/old' }, '/old'],
  ['HTTP', { 'http.target': '/old?x' }, '/old?x'],
  ['GET', { 'url.full': 'not a URL' }, 'not a URL'],
  ['GET', { 'url.full': '' }, undefined],
  ['GET', {}, undefined],
  ['GET /cart', { 'url.full': 'https://shop.example/api/products' }, undefined],
  ['click Buy', { 'url.full': 'https://shop.example/' }, undefined],
])('a span called "%s" with %o has the title %s', (name, attributes, target) => {
  const span = makeSpan({
    name,
    attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  })
  expect(spanTarget(span)).toBe(target)
})
