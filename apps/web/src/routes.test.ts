import { expect, test } from 'vitest'
import { orderPath, parseRoute, productPath, productsPath } from './routes.ts'

const routeOf = (path: string) => parseRoute(new URL(path, 'http://shop.test'))

test('the root lists products, filtered by the query in the address', () => {
  expect(routeOf('/')).toEqual({ page: 'products', query: '' })
  expect(routeOf('/?q=wool+socks')).toEqual({ page: 'products', query: 'wool socks' })
})

test('cart and checkout have an address each, with or without a slash at the end', () => {
  expect(routeOf('/cart')).toEqual({ page: 'cart' })
  expect(routeOf('/cart/')).toEqual({ page: 'cart' })
  expect(routeOf('/checkout')).toEqual({ page: 'checkout' })
})

test('a path built from an id parses to the same id, with any characters', () => {
  expect(routeOf(productPath('a/b ?c'))).toEqual({ page: 'product', productId: 'a/b ?c' })
  expect(routeOf(orderPath('o-1'))).toEqual({ page: 'order', orderId: 'o-1' })
  expect(routeOf(productsPath('50% & more'))).toEqual({ page: 'products', query: '50% & more' })
})

test.each(['/nowhere', '/products', '/products/a/b', '/cart/a', '/orders', '/products/%E0%A4%A'])(
  '%s is not a page',
  (path) => {
    expect(routeOf(path)).toEqual({ page: 'not-found' })
  },
)
