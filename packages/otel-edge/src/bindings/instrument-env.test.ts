import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { tracing } from '../index.ts'

const { CART } = env as { readonly CART: KVNamespace }

test.each<[string, object]>([
  ['frozen', Object.freeze({ CART, TEXT: 'a text' })],
  ['sealed', Object.seal({ CART, TEXT: 'a text' })],
  [
    'made of accessors',
    {
      get CART() {
        return CART
      },
    },
  ],
  ['fixed in part', Object.defineProperty({ TEXT: 'a text' }, 'CART', { value: CART, enumerable: true })],
  ['without a prototype', Object.assign(Object.create(null), { CART })],
  ['of a frozen binding', { CART, OWN: Object.freeze({ limit: async () => ({ success: true }) }) }],
])('an environment that is %s is passed unchanged', async (_, given) => {
  const app = new Hono<{ Bindings: { readonly CART: KVNamespace } }>()
  app.use(tracing())
  app.get('/', async (c) => {
    await c.env.CART.put('key', 'value')
    const copy = { ...c.env }
    return c.json([
      Object.keys(c.env),
      Object.entries(Object.getOwnPropertyDescriptors(c.env)).map(([key, { value, ...flags }]) => [
        key,
        typeof value,
        flags,
      ]),
      await copy.CART.get('key'),
      JSON.stringify(c.env),
    ])
  })
  const response = await app.request('/', {}, given)
  expect(response.status).toBe(200)
  const flags = ({ value, ...rest }: PropertyDescriptor) => [typeof value, rest]
  expect(await response.json()).toEqual(
    JSON.parse(
      JSON.stringify([
        Object.keys(given),
        Object.entries(Object.getOwnPropertyDescriptors(given)).map(([key, property]) => [
          key,
          ...flags(property),
        ]),
        'value',
        JSON.stringify(given),
      ]),
    ),
  )
})
