import { attribute, expect, isNamed, isRequestTo, test, waitForSpan } from './fixtures.ts'

/** Code that shows or hides the page. */
const setVisibility = (state: 'hidden' | 'visible') => `
  Object.defineProperty(Document.prototype, 'visibilityState', { get: () => '${state}', configurable: true })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`

test('a request that ends while the tab is hidden, or later, has a complete span', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<button onclick="fetch('/api/slow?until=/shown')">Go</button>`))
  await page.click('button')
  // Timers of a page fire in the order of their times, so this one fires before the one of the SDK that ends the action.
  await page.evaluate(
    `${setVisibility('hidden')}; setTimeout(() => { ${setVisibility('visible')}; window.shown = true }, 200)`,
  )
  await page.waitForFunction('window.shown')
  await page.request.get(`${server.origin}/shown`)
  const request = await waitForSpan(server, isRequestTo('/api/slow'))
  const click = await waitForSpan(server, isNamed('click Go'))
  expect(attribute(request, 'throughline.incomplete')).toBeUndefined()
  expect(attribute(request, 'http.response.status_code')).toBe(200)
  expect(attribute(click, 'throughline.action.end_reason')).toBe('done')
  expect(server.spans().filter(isRequestTo('/api/slow'))).toHaveLength(1)
})

test('spans that are open when the tab has been hidden for some seconds are sent once, marked', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<button onclick="fetch('/api/slow?until=/sent')">Go</button>`))
  await page.click('button')
  await page.evaluate(setVisibility('hidden'))
  const request = await waitForSpan(server, isRequestTo('/api/slow'))
  expect(attribute(request, 'throughline.incomplete')).toBe(true)
  expect(attribute(await waitForSpan(server, isNamed('click Go')), 'throughline.action.end_reason')).toBe(
    'hidden',
  )
  const response = page.waitForResponse(/\/api\/slow/)
  await page.request.get(`${server.origin}/sent`)
  await (await response).finished()
  await page.evaluate(() => window.throughline?.action('later', () => {}))
  await waitForSpan(server, isNamed('later'))
  expect(server.spans().filter(isRequestTo('/api/slow'))).toHaveLength(1)
})

for (const open of [
  'document.open(); document.close()',
  'document.write("<button>New</button>"); document.close()',
]) {
  test(`the page is still traced after ${open.split('(')[0]}()`, async ({
    page,
    visit,
    serve,
    server,
    noise,
  }) => {
    await visit(serve('/', '<button>Old</button>'))
    await page.evaluate((code) => {
      new Function(code)()
      document.body.innerHTML = '<button>New</button>'
      document.querySelector('button')?.addEventListener('click', () => void fetch('/api/new'))
    }, open)
    await page.click('button')
    const click = await waitForSpan(server, isNamed('click New'))
    expect((await waitForSpan(server, isRequestTo('/api/new'))).parentSpanId).toBe(click.spanId)
    await page.evaluate(
      () =>
        void setTimeout(() => {
          throw new Error('later')
        }, 0),
    )
    await waitForSpan(server, isNamed('error'))
    expect(noise.filter((line) => line !== 'uncaught: later')).toEqual([])
  })
}

/** Elements that a click opens, closes or toggles, with an event in a task of its own. */
const TOGGLED: Readonly<Record<string, string>> = {
  'toggle of <details>': `<details ontoggle="fetch('/api/event')"><summary>Go</summary>x</details>`,
  'close of <dialog> by code': `<dialog open onclose="fetch('/api/event')"><button onclick="this.parentNode.close()">Go</button></dialog>`,
  'close of <dialog> by code elsewhere': `<dialog id=d open onclose="fetch('/api/event')">x</dialog><button onclick="d.close()">Go</button>`,
  'close of <dialog> by its form': `<dialog open onclose="fetch('/api/event')"><form method=dialog><button>Go</button></form></dialog>`,
  'toggle of <dialog>': `<dialog id=d ontoggle="fetch('/api/event')">x</dialog><button onclick="d.showModal()">Go</button>`,
  'toggle of a popover': `<div id=p popover ontoggle="fetch('/api/event')">x</div><button popovertarget=p>Go</button>`,
  'toggle of a popover by code': `<div id=p popover ontoggle="fetch('/api/event')">x</div><button onclick="p.showPopover()">Go</button>`,
}

for (const [name, body] of Object.entries(TOGGLED)) {
  test(`${name} is part of its click`, async ({ page, visit, serve, server }) => {
    await visit(serve('/', body))
    await page.click('text=Go')
    const click = await waitForSpan(server, isNamed('click Go'))
    expect((await waitForSpan(server, isRequestTo('/api/event'))).parentSpanId).toBe(click.spanId)
  })
}

test('a dialog closed by Escape or by a timer is not part of an earlier click', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<dialog onclose="fetch('/api/closed')"><button onclick="fetch('/api/click')">Go</button></dialog>
       <script>const native = setTimeout.bind(window); const dialog = document.querySelector('dialog'); dialog.showModal()
       window.closeLater = () => native(() => dialog.close(), 50)</script>`,
    ),
  )
  await page.click('text=Go')
  await waitForSpan(server, isNamed('click Go'))
  await page.keyboard.press('Escape')
  expect((await waitForSpan(server, isRequestTo('/api/closed'))).parentSpanId).toBeUndefined()
})

test('an action whose work has ended is complete if the page is unloaded soon after it', async ({
  page,
  visit,
  serve,
  server,
}) => {
  server.pages.set('/next', { html: '<!doctype html><title>Next</title>' })
  await visit(
    serve(
      '/',
      `<button>Go</button><script>document.querySelector('button').onclick = () => {
        history.pushState({}, '', '/orders')
        history.pushState({}, '', '/orders/new')
      }</script>`,
    ),
  )
  await page.click('button')
  await page.evaluate(
    () => void requestAnimationFrame(() => setTimeout(() => window.location.assign('/next'), 20)),
  )
  await page.waitForURL('**/next')
  for (const name of ['click Go', 'navigate /orders', 'navigate /orders/new']) {
    const span = await waitForSpan(server, isNamed(name))
    expect([name, attribute(span, 'throughline.incomplete')]).toEqual([name, undefined])
  }
})
