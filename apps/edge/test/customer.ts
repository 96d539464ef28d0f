import type { Shop } from './start-shop.ts'

export const GOOD_CARD = '4242 4242 4242 4242'
export const REFUSED_CARD = '4000 0000 0000 0002'

/** The status and the JSON body of a response. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A client that sends the requests of the shop's pages and keeps the cookie. */
export interface Customer {
  get(path: string): Promise<Answer>
  put(path: string, body: unknown): Promise<Answer>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
}

/** A new customer, without a cart. A body that is a string is sent unchanged. */
export function createCustomer(shop: Shop): Customer {
  let cookie = ''
  async function send(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
    const response = await shop.fetch(path, {
      method,
      headers: { 'sec-fetch-site': 'same-origin', cookie, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return { status: response.status, body: await response.json() }
  }
  return {
    get: (path) => send('GET', path),
    put: (path, body) => send('PUT', path, body),
    post: (path, body, headers) => send('POST', path, body, headers),
  }
}
