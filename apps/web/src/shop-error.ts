/** The error codes of the shop's API, and two more: no response, and an invalid one. */
export type ShopErrorCode =
  | 'out_of_stock'
  | 'payment_refused'
  | 'payment_unavailable'
  | 'bad_request'
  | 'empty_cart'
  | 'not_found'
  | 'network'
  | 'unexpected'

const apiCodes: ReadonlySet<string> = new Set<ShopErrorCode>([
  'out_of_stock',
  'payment_refused',
  'payment_unavailable',
  'bad_request',
  'empty_cart',
  'not_found',
])

/** A failed call of the shop's API; `message` is the server's, and is shown to users. */
export class ShopError extends Error {
  readonly code: ShopErrorCode

  constructor(code: ShopErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ShopError'
    this.code = code
  }
}

/** Any thrown value as a `ShopError`. */
export function toShopError(thrown: unknown): ShopError {
  return thrown instanceof ShopError
    ? thrown
    : new ShopError('unexpected', 'Something went wrong.', { cause: thrown })
}

/** Parses an error response, `{ error: { code, message } }`; any other body becomes `unexpected`. */
export function parseErrorBody(status: number, body: unknown): ShopError {
  const error = property(body, 'error')
  const code = property(error, 'code')
  const message = property(error, 'message')
  return new ShopError(
    isApiCode(code) ? code : 'unexpected',
    typeof message === 'string' ? message : `The shop answered with status ${status}.`,
  )
}

function isApiCode(code: unknown): code is ShopErrorCode {
  return typeof code === 'string' && apiCodes.has(code)
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
