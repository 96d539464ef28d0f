import type { Page, Response } from '@playwright/test'

export const GOOD_CARD = '4242 4242 4242 4242'
export const REFUSED_CARD = '4000 0000 0000 0002'

export interface Purchase {
  readonly productId: string
  readonly card: string
}

/** Adds one product to the cart and opens the checkout with clicks, up to the click on Buy. */
export async function goToCheckout(page: Page, { productId, card }: Purchase): Promise<void> {
  await page.goto(`/products/${productId}`)
  const added = page.waitForResponse((response) => response.url().includes('/api/cart/items/'))
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await added
  await page.goto('/checkout')
  await page.getByLabel(/card/i).fill(card)
  await page.waitForFunction(isTracedOrNot)
}

/** Before the SDK has taken over from the loader, an action's requests after an await have no context. */
function isTracedOrNot(): boolean {
  const tracing = Reflect.get(window, 'throughline')
  return tracing === undefined || typeof tracing.health().sent === 'number'
}

export interface Purchased {
  readonly response: Response
  /** The trace id of the order, from the response's `Server-Timing`. */
  readonly traceId: string
}

/** Clicks Buy and waits for the response. */
export async function buy(page: Page): Promise<Purchased> {
  const ordered = page.waitForResponse(
    (candidate) => candidate.request().method() === 'POST' && candidate.url().endsWith('/api/orders'),
  )
  await page.getByRole('button', { name: 'Buy', exact: true }).click()
  const response = await ordered
  const traceparent = /traceparent;desc="00-([0-9a-f]{32})-/.exec(
    (await response.allHeaders())['server-timing'] ?? '',
  )
  if (!traceparent?.[1]) throw new Error('the order was answered without a traceparent in Server-Timing')
  return { response, traceId: traceparent[1] }
}
