import { expect, test } from 'vitest'
import { parseErrorBody, ShopError, toShopError } from './shop-error.ts'

test("an error of the API keeps its code and the server's message", () => {
  const error = parseErrorBody(409, { error: { code: 'out_of_stock', message: 'The umbrella is gone.' } })
  expect(error).toMatchObject({ code: 'out_of_stock', message: 'The umbrella is gone.' })
})

test.each([undefined, null, 'Bad gateway', {}, { error: 'no' }, { error: { code: 'teapot' } }])(
  'an error response in another format (%j) is an unexpected error',
  (body) => {
    expect(parseErrorBody(500, body)).toMatchObject({
      code: 'unexpected',
      message: 'The shop answered with status 500.',
    })
  },
)

test('a ShopError stays the same object, anything else becomes one', () => {
  const error = new ShopError('network', 'gone')
  expect(toShopError(error)).toBe(error)
  expect(toShopError(new TypeError('x'))).toMatchObject({ code: 'unexpected' })
})
