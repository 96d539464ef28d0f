import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { ShopApp } from './env.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const KEPT_SECONDS = 30 * 24 * 60 * 60

/** The id of the caller's cart from the cookie `cart`, or a new id, which the response sets. */
export function cartIdOf(c: Context<ShopApp>): string {
  const known = getCookie(c, 'cart')
  if (known !== undefined && UUID.test(known)) return known
  const cartId = crypto.randomUUID()
  setCookie(c, 'cart', cartId, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: new URL(c.req.url).protocol === 'https:',
    maxAge: KEPT_SECONDS,
  })
  return cartId
}
