import type { Locator, Page } from '@playwright/test'
import { listenForNoise } from '@throughline/otel-testing/playwright'
import { seriousFindings, sidewaysScroll } from './accessibility.ts'
import { buy, GOOD_CARD, goToCheckout, REFUSED_CARD } from './checkout.ts'
import { test as base, expect as baseExpect } from './fixtures.ts'
import { tabTo } from './keyboard.ts'

// An order passes through a queue, which takes more than a second on a machine under load.
const expect = baseExpect.configure({ timeout: 30_000 })

const test = base.extend<{ noise: string[] }>({
  // During a transition, axe would measure intermediate colours.
  contextOptions: { reducedMotion: 'reduce' },
  // In all of these tests the shop and its tracing print nothing to the console.
  noise: [
    async ({ page }, use) => {
      const noise = listenForNoise(page)
      await use(noise)
      expect(noise).toEqual([])
    },
    { auto: true },
  ],
})

test('an order can be placed by keyboard from the start page, and each focused element has an outline', async ({
  page,
}) => {
  await page.goto('/')
  await expect(page.getByText('8 products')).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(link(page, 'Skip to content')).toBeFocused()
  await page.keyboard.press('Enter')
  await tabTo(page.getByLabel('Search products'))
  await page.keyboard.type('mug')
  await expect(page.getByText('1 product for “mug”')).toBeVisible()
  await tabTo(link(page, 'Enamel Mug'))
  await page.keyboard.press('Enter')
  await expect(heading(page, 'Enamel Mug')).toBeFocused()
  await tabTo(page.getByRole('button', { name: 'Add to cart' }))
  await page.keyboard.press('Enter')
  await tabTo(link(page, 'View cart'))
  await page.keyboard.press('Enter')
  await expect(heading(page, 'Your cart')).toBeFocused()
  const quantity = page.getByRole('group', { name: 'Quantity of Enamel Mug' })
  await tabTo(page.getByRole('button', { name: 'One more: Enamel Mug' }))
  await page.keyboard.press('Space')
  await expect(quantity).toContainText('2')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Space')
  await expect(quantity).toContainText('1')
  await expect(page.getByRole('button', { name: 'One less: Enamel Mug' })).toBeFocused()
  await tabTo(link(page, 'Checkout'))
  await page.keyboard.press('Enter')
  await expect(heading(page, 'Checkout')).toBeFocused()
  await tabTo(page.getByLabel('Card number'))
  await page.keyboard.type('4242')
  await page.keyboard.press('Enter')
  await expect(page.getByText('A card number has sixteen digits.')).toBeVisible()
  await expect(page.getByLabel('Card number')).toBeFocused()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(GOOD_CARD)
  await tabTo(page.getByRole('button', { name: 'Buy' }))
  await page.keyboard.press('Space')
  await expect(heading(page, 'Thank you')).toBeFocused()
  await expect(page.getByText('packed and on its way')).toBeVisible()
})

const pages: readonly [name: string, open: (page: Page) => Promise<unknown>, heading: string][] = [
  ['the start page', (page) => page.goto('/'), 'Good things for any weather'],
  ['a search without result', (page) => page.goto('/?q=submarine'), 'Good things for any weather'],
  ['a product', (page) => page.goto('/products/rain-jacket'), 'Harbour Rain Jacket'],
  ['a product that is sold out', (page) => page.goto('/products/last-umbrella'), 'The Last Umbrella'],
  ['a product that is none', (page) => page.goto('/products/moon'), 'We do not have that'],
  ['a product that cannot be loaded', (page) => goWithoutApi(page, '/products/rain-jacket'), 'Product'],
  ['a shelf that cannot be loaded', (page) => goWithoutApi(page, '/'), 'Good things for any weather'],
  ['an empty cart', (page) => page.goto('/cart'), 'Your cart'],
  ['a cart', openCart, 'Your cart'],
  ['a cart that cannot be loaded', (page) => goWithoutApi(page, '/cart'), 'Your cart'],
  ['a checkout of nothing', (page) => page.goto('/checkout'), 'Checkout'],
  ['a checkout', (page) => goToCheckout(page, { productId: 'wool-blanket', card: '' }), 'Checkout'],
  ['a checkout with half a card', checkOutWithHalfACard, 'Checkout'],
  ['a checkout that was refused', checkOutInVain, 'Checkout'],
  ['an order', placeOrder, 'Thank you'],
  ['an order that is none', (page) => page.goto('/orders/none'), 'We cannot find that order'],
  ['an address that is none', (page) => page.goto('/no/where'), 'There is nothing at this address'],
]

for (const [name, open, title] of pages) {
  test(`${name} fits 360 pixels and satisfies axe, light and dark`, async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 })
    await open(page)
    await expect(heading(page, title)).toBeVisible()
    await expect(page.locator('.placeholder, [aria-busy=true]')).toHaveCount(0)
    expect(await sidewaysScroll(page)).toBe(0)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await seriousFindings(page), colorScheme).toEqual([])
    }
  })
}

test('the colours follow the system, light or dark', async ({ page }) => {
  await page.goto('/')
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await ground()).toBe('rgb(250, 248, 244)')
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await ground()).toBe('rgb(19, 22, 20)')
})

test('content that a page loads does not move other content', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.addInitScript(sumLayoutShifts)
  const orderPath = await placeOrder(page)
  for (const [path, loaded] of [
    ['/', '8 products'],
    ['/products/rain-jacket', 'Add to cart'],
    ['/cart', 'Nothing in it yet'],
    ['/checkout', 'There is nothing to pay for yet'],
    [orderPath, 'packed and on its way'],
  ] as const) {
    await page.goto(path)
    await expect(page.getByText(loaded)).toBeVisible()
    expect(await page.evaluate(() => Reflect.get(window, 'layoutShift')), path).toBeLessThan(0.02)
  }
})

test('back and forward restore the pages with their scroll position, and the focus on their heading', async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/')
  await link(page, 'The Last Umbrella').click()
  await expect(heading(page, 'The Last Umbrella')).toBeFocused()
  expect(await page.evaluate(() => scrollY)).toBe(0)
  await link(page, /^Cart/).click()
  await expect(heading(page, 'Your cart')).toBeFocused()
  await expect(page).toHaveTitle('Your cart · Fairweather')
  await page.goBack()
  await expect(heading(page, 'The Last Umbrella')).toBeFocused()
  await page.goBack()
  await expect(heading(page, 'Good things for any weather')).toBeFocused()
  await expect(link(page, 'The Last Umbrella')).toBeInViewport()
  await page.goForward()
  await expect(heading(page, 'The Last Umbrella')).toBeFocused()
  await expect(page).toHaveTitle('The Last Umbrella · Fairweather')
  // Two clicks on one link add one history entry.
  await link(page, 'Shop').click()
  await link(page, 'Shop').click()
  await page.goBack()
  await expect(page).toHaveURL(/last-umbrella$/)
})

test('a search has an address, and a search without results links to all products', async ({ page }) => {
  await page.goto('/')
  await page.getByLabel('Search products').pressSequentially('wool')
  await expect(page.getByText('1 product for “wool”')).toBeVisible()
  await expect(page).toHaveURL('/?q=wool')
  await page.reload()
  await expect(page.getByLabel('Search products')).toHaveValue('wool')
  await page.getByLabel('Search products').fill('submarine')
  await expect(page.getByText('0 products for “submarine”')).toBeVisible()
  await link(page, 'Show everything').click()
  await expect(page.getByText('8 products', { exact: true })).toBeVisible()
  await expect(page.getByLabel('Search products')).toHaveValue('')
  await expect(heading(page, 'Good things for any weather')).toBeFocused()
})

test('products that are added before the cart is known are added to one cart', async ({ page }) => {
  let answer = () => {}
  let asked = 0
  const clicked = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/api/cart', async (route) => {
    asked++
    await clicked
    await route.continue()
  })
  await page.goto('/products/canvas-tote')
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await expect(page.getByText('Adding…')).toBeVisible()
  answer()
  await expect(page.getByText('It is in your cart.')).toBeVisible()
  // Each response to a request without a cart sets a new cart.
  expect(asked).toBe(1)
  await page.goto('/cart')
  await expect(page.getByRole('group', { name: 'Quantity of Waxed Canvas Tote' })).toContainText('1')
})

test('clicks that are faster than the responses all count', async ({ page }) => {
  await page.goto('/products/canvas-tote')
  const add = page.getByRole('button', { name: 'Add to cart' })
  await add.evaluate(clickTwice)
  await expect(page.getByText('You have 2 in your cart.')).toBeVisible()
  await link(page, 'View cart').click()
  const more = page.getByRole('button', { name: 'One more: Waxed Canvas Tote' })
  await more.evaluate(clickTwice)
  await expect(page.getByText('Waxed Canvas Tote: 4 in your cart.')).toBeVisible()
  await page.getByRole('button', { name: 'Remove Waxed Canvas Tote' }).click()
  await expect(page.getByText('Nothing in it yet')).toBeVisible()
})

test('products that another tab has added are counted when the tab is shown again', async ({
  page,
  context,
}) => {
  await page.goto('/products/enamel-mug')
  const other = await context.newPage()
  await other.goto('/products/enamel-mug')
  await other.getByRole('button', { name: 'Add to cart' }).click()
  await expect(link(other, 'View cart')).toBeVisible()
  await other.close()
  // Headless Chromium reports every tab as visible.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await expect(page.getByRole('link', { name: /^Cart.*1 item/ })).toBeVisible()
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await expect(page.getByRole('link', { name: /^Cart.*2 items/ })).toBeVisible()
})

test('a customer can remove a product that was sold out meanwhile and buy the rest', async ({ page }) => {
  await goToCheckout(page, { productId: 'enamel-mug', card: '' })
  await goToCheckout(page, { productId: 'last-umbrella', card: GOOD_CARD })
  expect((await buy(page)).response.status()).toBe(409)
  const notice = page.getByRole('alert')
  await expect(notice).toBeFocused()
  await expect(notice).toContainText('“The Last Umbrella” is out of stock.')
  await expect(notice).toContainText('Nothing was charged')
  await notice.getByRole('link', { name: 'Change your cart' }).click()
  await page.getByRole('button', { name: 'Remove The Last Umbrella' }).click()
  await link(page, 'Checkout').click()
  await page.getByLabel('Card number').fill(GOOD_CARD)
  expect((await buy(page)).response.status()).toBe(201)
  await expect(heading(page, 'Thank you')).toBeFocused()
})

test('a customer can use another card after one was declined', async ({ page }) => {
  await goToCheckout(page, { productId: 'steel-flask', card: REFUSED_CARD })
  expect((await buy(page)).response.status()).toBe(402)
  const notice = page.getByRole('alert')
  await expect(notice).toBeFocused()
  await expect(notice).toContainText('Nothing was charged')
  await notice.getByRole('button', { name: 'Use another card' }).click()
  await expect(page.getByLabel('Card number')).toBeFocused()
  await page.keyboard.type(GOOD_CARD)
  await page.keyboard.press('Enter')
  await expect(heading(page, 'Thank you')).toBeFocused()
})

test('a customer can click Buy again once the payments service is back', async ({ page, system }) => {
  await goToCheckout(page, { productId: 'merino-socks', card: GOOD_CARD })
  await system.backend.stop()
  try {
    expect((await buy(page)).response.status()).toBe(502)
    await expect(page.getByRole('alert')).toContainText('Your cart is kept.')
  } finally {
    await system.startBackend()
  }
  expect((await buy(page)).response.status()).toBe(201)
  await expect(heading(page, 'Thank you')).toBeFocused()
})

test('each page shows that the network is missing, and continues when it is back', async ({
  page,
  context,
}) => {
  await page.goto('/')
  await expect(page.getByText('8 products')).toBeVisible()
  await context.setOffline(true)
  await page.getByLabel('Search products').pressSequentially('flask')
  await expect(page.getByRole('alert')).toContainText('Check that you are online')
  await expect(page.getByLabel('Search products')).toBeFocused()
  await link(page, 'Steel Flask').click()
  await expect(heading(page, 'Steel Flask')).toBeFocused()
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await expect(page.getByText('Not added: the shop did not answer.')).toBeVisible()
  await link(page, /^Cart/).click()
  await expect(page.getByRole('alert')).toContainText('We could not load your cart')
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByText('Nothing in it yet')).toBeVisible()
  await expect(heading(page, 'Your cart')).toBeFocused()

  await goToCheckout(page, { productId: 'steel-flask', card: GOOD_CARD })
  await context.setOffline(true)
  await page.getByRole('button', { name: 'Buy' }).click()
  await expect(page.getByRole('alert')).toContainText('We cannot tell whether your order arrived.')
  await context.setOffline(false)
  await link(page, 'Look into your cart').click()
  await expect(page.getByRole('group', { name: 'Quantity of Steel Flask' })).toContainText('1')
})

for (const [name, path, wayOut] of [
  ['a product that is none', '/products/moon', 'See all products'],
  ['an order that is none', '/orders/none', 'Go to the shop'],
  ['an address that is none', '/no/where', 'Go to the shop'],
] as const) {
  test(`${name} leads back to the shop`, async ({ page }) => {
    await page.goto(path)
    await link(page, wayOut).click()
    await expect(page.getByText('8 products')).toBeVisible()
  })
}

test('a page that throws shows an error, the rest of the shop works, and the page can be reloaded', async ({
  page,
  noise,
}) => {
  await page.addInitScript(() => {
    if (sessionStorage.length > 0) return
    sessionStorage.setItem('broken', 'once')
    Object.defineProperty(Intl.NumberFormat.prototype, 'format', {
      get() {
        throw new Error('prices are broken')
      },
    })
  })
  await page.goto('/products/rain-jacket')
  await expect(heading(page, 'This page broke')).toBeVisible()
  expect(noise.splice(0)).toEqual(['uncaught: prices are broken'])
  await link(page, /^Cart/).click()
  await expect(page.getByText('Nothing in it yet')).toBeVisible()
  await page.goBack()
  await expect(heading(page, 'This page broke')).toBeFocused()
  noise.splice(0)
  await page.getByRole('button', { name: 'Load it again' }).click()
  await expect(heading(page, 'Harbour Rain Jacket')).toBeVisible()
})

test('each action adds a link to its trace, with a readable name', async ({ page, system }) => {
  await page.goto('/')
  await expect(newestTrace(page)).toHaveText('trace of: load /')
  const loadUrl = (await newestTrace(page).getAttribute('href')) ?? ''
  const steps: readonly [name: string, act: () => Promise<unknown>][] = [
    ['search products', () => page.getByLabel('Search products').pressSequentially('secret')],
    ['click Show everything', () => link(page, 'Show everything').click()],
    ['click Enamel Mug', () => link(page, 'Enamel Mug').click()],
    ['navigate /', () => page.goBack()],
    ['navigate /products/enamel-mug', () => page.goForward()],
    ['click Add to cart', () => page.getByRole('button', { name: 'Add to cart' }).press('Enter')],
    ['click View cart', () => link(page, 'View cart').click()],
    ['click One more: Enamel Mug', () => page.getByRole('button', { name: 'One more: Enamel Mug' }).click()],
    ['click One less: Enamel Mug', () => page.getByRole('button', { name: 'One less: Enamel Mug' }).click()],
    ['click Fairweather, home', () => link(page, 'Fairweather, home').click()],
    ['click Cart', () => link(page, /^Cart/).click()],
    ['click Checkout', () => link(page, 'Checkout').click()],
    ['enter Card number', () => payWith(page, REFUSED_CARD)],
    ['click Buy', () => payAnew(page, GOOD_CARD)],
  ]
  const links: { name: string; url: string }[] = []
  for (const [name, act] of steps) {
    await act()
    await expect(newestTrace(page)).toHaveText(`trace of: ${name}`)
    links.push({ name, url: (await newestTrace(page).getAttribute('href')) ?? '' })
  }
  expect(new Set(links.map(({ url }) => url)).size).toBe(steps.length)
  for (const { url } of links) expect(url).toMatch(new RegExp(`^${system.uiUrl}/trace/[0-9a-f]{32}$`))
  await expect(page.getByRole('contentinfo').getByRole('link')).toHaveCount(3)

  const opened = page.waitForEvent('popup')
  await newestTrace(page).click()
  const viewer = await opened
  await expect(viewer.getByRole('heading', { level: 1 })).toHaveText('shop-web click Buy')
  // The shop's tab is hidden and has sent all spans, so the traces of the other links exist as well.
  for (const { name, url } of links) {
    await viewer.goto(url)
    await expect(viewer.getByRole('heading', { level: 1 })).toHaveText(`shop-web ${name}`)
  }
  // The trace of the page load begins with the server span of its HTML.
  await viewer.goto(loadUrl)
  await expect(viewer.getByText('load /', { exact: true })).toBeVisible()
})

for (const script of ['throughline.js', 'throughline-sdk.js']) {
  test(`the shop works when ${script} is blocked`, async ({ page }) => {
    await page.route(`**/${script}`, (route) => route.abort('blockedbyclient'))
    await searchAndBuy(page)
    await expect(page.getByRole('contentinfo').getByRole('link')).toHaveCount(0)
  })
}

function heading(page: Page, name: string): Locator {
  return page.getByRole('heading', { level: 1, name })
}

/** Runs in the page, in one task: the second click precedes the response to the first. */
function clickTwice(button: HTMLElement | SVGElement): void {
  if (!(button instanceof HTMLElement)) return
  button.click()
  button.click()
}

/** By its exact name: the links to traces contain the names of clicked elements as well. */
function link(page: Page, name: string | RegExp): Locator {
  return page.getByRole('link', { name, exact: true })
}

function newestTrace(page: Page): Locator {
  return page.getByRole('contentinfo').getByRole('link').first()
}

async function goWithoutApi(page: Page, path: string): Promise<void> {
  await page.route('**/api/**', (route) => route.abort())
  await page.goto(path)
  await expect(page.getByRole('alert')).toBeVisible()
}

async function openCart(page: Page): Promise<void> {
  await goToCheckout(page, { productId: 'wool-blanket', card: '' })
  await link(page, 'Back to your cart').click()
  await expect(page.getByRole('group', { name: 'Quantity of Highland Wool Blanket' })).toBeVisible()
}

async function checkOutWithHalfACard(page: Page): Promise<void> {
  await goToCheckout(page, { productId: 'wool-blanket', card: '4242' })
  await page.getByRole('button', { name: 'Buy' }).click()
  await expect(page.getByText('A card number has sixteen digits.')).toBeVisible()
}

async function checkOutInVain(page: Page): Promise<void> {
  await goToCheckout(page, { productId: 'wool-blanket', card: REFUSED_CARD })
  await buy(page)
  await expect(page.getByRole('alert')).toBeVisible()
}

async function placeOrder(page: Page): Promise<string> {
  await goToCheckout(page, { productId: 'wool-blanket', card: GOOD_CARD })
  await buy(page)
  await expect(page.getByText('packed and on its way')).toBeVisible()
  return new URL(page.url()).pathname
}

interface LayoutShift extends PerformanceEntry {
  readonly value: number
  readonly sources: readonly { readonly node: Node | null }[]
}

/** Runs in the page before other scripts. Layout shifts of the footer are ignored, since no content is below it. */
function sumLayoutShifts(): void {
  let sum = 0
  Reflect.set(window, 'layoutShift', sum)
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries() as LayoutShift[]) {
      const footer = document.querySelector('footer')
      if (sources.some(({ node }) => node !== footer)) sum += value
    }
    Reflect.set(window, 'layoutShift', sum)
  }).observe({ type: 'layout-shift', buffered: true })
}

async function payWith(page: Page, card: string): Promise<void> {
  await page.getByLabel('Card number').fill(card)
  await page.getByLabel('Card number').press('Enter')
}

async function payAnew(page: Page, card: string): Promise<void> {
  await page.getByRole('button', { name: 'Use another card' }).click()
  await page.keyboard.type(card)
  await page.getByRole('button', { name: 'Buy' }).click()
}

async function searchAndBuy(page: Page): Promise<void> {
  await page.goto('/')
  await page.getByLabel('Search products').pressSequentially('mug')
  await expect(page.getByText('1 product for “mug”')).toBeVisible()
  await link(page, 'Enamel Mug').click()
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await link(page, 'View cart').click()
  await link(page, 'Checkout').click()
  await page.getByLabel('Card number').fill(GOOD_CARD)
  await page.getByRole('button', { name: 'Buy' }).click()
  await expect(page.getByText('packed and on its way')).toBeVisible()
}
