import {
  attribute,
  expect,
  followSdkScript,
  isNamed,
  isRequestTo,
  test,
  waitForExtras,
  waitForSdk,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'

test('a same-document navigation is a child of its click and the parent of its requests', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Open</button><script>
        document.querySelector('button').addEventListener('click', async () => {
          history.pushState({}, '', '/orders/1234')
          await (await fetch('/api/order')).json()
        })
      </script>`,
    ),
  )
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Open'))
  const navigation = await waitForSpan(server, isNamed('navigate /orders/:id'))
  expect(navigation).toMatchObject({ traceId: click.traceId, parentSpanId: click.spanId })
  expect(attribute(navigation, 'throughline.action.type')).toBe('navigation')
  expect(await waitForSpan(server, isRequestTo('/api/order'))).toMatchObject({
    parentSpanId: navigation.spanId,
  })
  expect(BigInt(click.endTimeUnixNano) >= BigInt(navigation.endTimeUnixNano)).toBe(true)
})

for (const listener of ['before', 'after'] as const) {
  test(`a link that a listener from ${listener} the SDK handles is a same-document navigation`, async ({
    page,
    visit,
    serve,
    server,
  }) => {
    const listen = `navigation.addEventListener('navigate', (event) => event.intercept({
    async handler() {
      await (await fetch('/api/order')).json()
      await (await fetch('/api/items')).json()
    },
  }))`
    await visit(
      serve('/', `<a href="/orders/1234">Orders</a><script>${listener === 'before' ? listen : ''}</script>`),
    )
    if (listener === 'after') await page.evaluate(listen)
    await page.click('a')
    const click = await waitForSpan(server, isNamed('click Orders'))
    const navigation = await waitForSpan(server, isNamed('navigate /orders/:id'))
    expect(navigation).toMatchObject({ traceId: click.traceId, parentSpanId: click.spanId })
    for (const path of ['/api/order', '/api/items']) {
      const request = await waitForSpan(server, isRequestTo(path))
      expect(request.parentSpanId).toBe(navigation.spanId)
    }
    expect(await page.evaluate(() => sessionStorage.getItem('throughline.left'))).toBeNull()
  })
}

test('a dialog closed by going back is not part of the previous navigation', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Open</button><script>
        document.querySelector('button').onclick = () => {
          history.pushState({}, '', '/orders')
          fetch('/api/slow?until=/api/refresh')
        }
        addEventListener('popstate', () => fetch('/api/refresh'))
      </script>`,
    ),
  )
  await page.click('button')
  await page.evaluate(() => history.pushState({ dialog: true }, ''))
  await page.evaluate(() => history.back())
  const refresh = await waitForSpan(server, isRequestTo('/api/refresh'))
  const navigation = await waitForSpan(server, isNamed('navigate /orders'))
  expect(refresh.traceId).not.toBe(navigation.traceId)
  expect(refresh.parentSpanId).toBeFalsy()
})

test('a navigation without requests lasts until its page is painted', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await page.addInitScript(() => {
    const { setTimeout } = window
    Object.assign(window, {
      // A busy machine may take longer for a frame than the limit of the SDK.
      setTimeout: (handler: TimerHandler, millis?: number) =>
        setTimeout(handler, millis === 500 && 'isLoaded' in window ? 20_000 : millis),
    })
  })
  await visit(serve('/', `<button onclick="history.pushState({}, '', '/about')">About</button>`))
  await waitForExtras(page)
  await page.evaluate('window.isLoaded = true')
  await page.click('button')
  const navigation = await waitForSpan(server, isNamed('navigate /about'))
  expect(navigation.durationMillis).toBeGreaterThan(0)
  expect(navigation.durationMillis).toBeLessThan(10_000)
  const click = await waitForSpan(server, isNamed('click About'))
  expect(click.endTimeUnixNano).toBe(navigation.endTimeUnixNano)
})

test('going back is a root with the requests that follow', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>addEventListener('popstate', () => fetch('/api/back'))</script>`))
  await page.evaluate(() => history.pushState({}, '', '/away'))
  await page.goBack()
  const request = await waitForSpan(server, isRequestTo('/api/back'))
  const navigation = await waitForSpan(server, isNamed('navigate /'))
  expect(navigation.parentSpanId).toBeUndefined()
  expect(request).toMatchObject({ traceId: navigation.traceId, parentSpanId: navigation.spanId })
})

test('without a Navigation API, going back is a root, and a jump within the page is not', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(
    serve('/', '<a href="#part">Jump</a><p id="part"></p>', {
      head: '<script>delete window.navigation</script>',
    }),
  )
  await waitForSdk(page)
  expect(await page.evaluate('typeof navigation')).toBe('undefined')
  await page.evaluate(() => addEventListener('popstate', () => fetch(`/api/back${location.hash}`)))
  await page.click('a')
  await page.evaluate(() => history.pushState({}, '', '/away'))
  await waitForSpan(server, isNamed('navigate /away'))
  await page.goBack()
  const navigation = await waitForSpan(server, isNamed('navigate /'))
  expect(navigation.parentSpanId).toBeUndefined()
  await expect.poll(() => server.spans().filter(isRequestTo('/api/back')).length).toBe(2)
  expect(
    server
      .spans()
      .filter(isRequestTo('/api/back'))
      .map(({ parentSpanId }) => parentSpanId),
  ).toContain(navigation.spanId)
  expect(server.spans().filter(({ name }) => name.startsWith('navigate')).length).toBe(2)
})

test('replacing the query of the address starts no navigation', async ({ page, visit, serve, server }) => {
  await visit(
    serve('/', `<button onclick="history.replaceState({}, '', '?q=1'); fetch('/api/q')">Filter</button>`),
  )
  await page.click('button')
  await waitForSpan(server, isNamed('click Filter'))
  expect(server.spans().filter(({ name }) => name.startsWith('navigate'))).toEqual([])
})

test('the page load links to the action of the previous page that caused it', async ({
  page,
  visit,
  serve,
  server,
}) => {
  serve('/next', '<p>next</p>')
  await visit(
    serve(
      '/',
      `<a href="/next">Link</a><button>Code</button><script>
        document.querySelector('button').addEventListener('click', async () => {
          await (await fetch('/api/login')).json()
          location.href = '/next'
        })
      </script>`,
    ),
  )
  await page.click('button')
  await page.waitForURL('**/next')
  const click = await waitForSpan(server, isNamed('click Code'))
  const load = await waitForSpan(server, isNamed('load /next'))
  expect(load.links).toMatchObject([{ traceId: click.traceId, spanId: click.spanId }])
  await page.goBack()
  await waitForSdk(page)
  await page.click('a')
  await page.waitForURL('**/next')
  const link = await waitForSpan(server, isNamed('click Link'))
  // A page that is left before the answer to its export arrives sends the span again.
  const second = await waitForSpan(
    server,
    (span) => isNamed('load /next')(span) && span.spanId !== load.spanId,
  )
  expect(second.links).toMatchObject([{ traceId: link.traceId, spanId: link.spanId }])
})

test('a page load that no action caused has no link, even after a download', async ({
  page,
  visit,
  serve,
  server,
}) => {
  server.pages.set('/report', { html: 'x', headers: { 'content-disposition': 'attachment' } })
  serve('/next', '<p>next</p>')
  await visit(
    serve(
      '/',
      `<a href="/report">Report</a><script>
        const waiting = setInterval(() => {
          if (!window.go) return
          clearInterval(waiting)
          location.href = '/next'
        }, 20)
      </script>`,
    ),
  )
  const download = page.waitForEvent('download')
  await page.click('a')
  await download
  await waitForSpan(server, isNamed('click Report'))
  // The timer was set before the SDK loaded, so it has no context.
  await page.evaluate('window.go = true')
  await page.waitForURL('**/next')
  expect((await waitForSpan(server, isNamed('load /next'))).links).toEqual([])
})

test('a connection that the page closes before it opens is not an error', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await waitForExtras(page)
  await page.evaluate(() =>
    window.throughline?.action('connect', () => {
      new WebSocket(`ws://${location.host}/api/socket?delay=3000`).close()
      new EventSource('/api/events?sse&delay=3000').close()
    }),
  )
  await waitForSpan(server, isNamed('connect'))
  for (const name of ['connect websocket', 'connect sse']) {
    const span = await waitForSpan(server, isNamed(name))
    expect(span.status, name).toEqual({})
    expect(attribute(span, 'throughline.incomplete')).toBeUndefined()
  }
})

test('an uncaught error is recorded on its action, or on no action outside of one', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button id="sync">Sync</button><script>
        sync.onclick = () => { throw new TypeError('sync failure of anna@example.org') }
      </script>`,
    ),
  )
  await page.click('#sync')
  await page.evaluate("void setTimeout(() => { throw new Error('no action') })")
  const exceptionOf = (name: string) => async () => {
    const span = await waitForSpan(server, isNamed(name))
    const event = span.events.find((each) => each.name === 'exception')
    return [
      span.status.code,
      event && attribute(event, 'exception.type'),
      event && attribute(event, 'exception.message'),
    ]
  }
  expect(await exceptionOf('click Sync')()).toEqual([2, 'TypeError', 'sync failure of REDACTED'])
  expect(await exceptionOf('error')()).toEqual([2, 'Error', 'no action'])
})

test('XHR, beacons, WebSockets and event sources are children of their action', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>All</button><script>
        document.querySelector('button').addEventListener('click', () => {
          const xhr = new XMLHttpRequest()
          xhr.open('POST', '/api/xhr'); xhr.send('x')
          const failed = new XMLHttpRequest()
          failed.open('GET', '/api/failed?drop'); failed.send()
          const aborted = new XMLHttpRequest()
          aborted.open('GET', '/api/aborted?delay=3000'); aborted.send(); setTimeout(() => aborted.abort(), 30)
          navigator.sendBeacon('/api/beacon', 'x')
          const socket = new WebSocket('ws://' + location.host + '/api/socket')
          window.isSocket = socket instanceof WebSocket && WebSocket.OPEN === 1
          const source = new EventSource('/api/events?sse&chunks=1'); source.onopen = () => source.close()
        })
      </script>`,
    ),
  )
  await waitForExtras(page)
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click All'))
  const children = await waitForSpans(server, ({ parentSpanId }) => parentSpanId === click.spanId, 6)
  const of = (part: string) => children.find(isRequestTo(part))
  expect(of('/api/xhr')).toMatchObject({ name: 'POST', kind: 3, status: {} })
  expect(attribute(of('/api/xhr') ?? click, 'http.response.status_code')).toBe(200)
  expect(of('/api/failed')?.status.code).toBe(2)
  expect(of('/api/aborted')?.status).toEqual({})
  expect(attribute(of('/api/aborted') ?? click, 'http.response.status_code')).toBeUndefined()
  expect(of('/api/beacon')).toMatchObject({ name: 'POST' })
  expect(of('/api/socket')).toMatchObject({ name: 'connect websocket', status: { code: 2 } })
  expect(of('/api/events')).toMatchObject({ name: 'connect sse', status: {} })
  expect(server.requests.find(({ path }) => path === '/api/xhr')?.traceparent).toContain(click.traceId)
  expect(await page.evaluate(() => (window as unknown as { isSocket: boolean }).isSocket)).toBe(true)
})

test('web vitals, phases of requests, long frames and the paint of the result are recorded', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<h1>Shop</h1><button>Work</button><div></div><script>
        document.querySelector('button').addEventListener('click', async () => {
          const seen = new Set()
          const observer = new PerformanceObserver((list) => list.getEntries().map((entry) => seen.add(entry.entryType)))
          for (const type of ['long-animation-frame', 'interaction-contentful-paint']) observer.observe({ type })
          // A timer keeps the click open, and does not move its end, until the browser has reported both.
          const wait = () => { if (seen.size < 2) setTimeout(wait, 50) }
          wait()
          const start = performance.now(); while (performance.now() - start < 120);
          await (await fetch('/api/phases?delay=60')).json()
          document.querySelector('div').innerHTML = '<h2>The result of it</h2>'
        })
      </script>`,
    ),
  )
  await waitForExtras(page)
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Work'))
  // A busy machine has several long frames.
  expect([...new Set(click.events.map(({ name }) => name))].sort()).toEqual([
    'interaction contentful paint',
    'long animation frame',
  ])
  const request = await waitForSpan(server, isRequestTo('/api/phases'))
  expect(Number(attribute(request, 'throughline.timing.wait_ms'))).toBeGreaterThan(50)
  expect(BigInt(click.endTimeUnixNano) > BigInt(request.endTimeUnixNano)).toBe(true)
  await page.goto('about:blank')
  const vitals = await waitForSpan(server, isNamed('web vitals'))
  expect(vitals.events.map((event) => attribute(event, 'name'))).toEqual(
    expect.arrayContaining(['lcp', 'ttfb', 'fcp']),
  )
  expect(vitals.links).toHaveLength(1)
})

test('a click with a long frame stays open for the request that follows the import of its code', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Open</button><script>
        document.querySelector('button').addEventListener('click', async () => {
          const start = performance.now(); while (performance.now() - start < 120);
          await import('/api/module?delay=500').catch(() => {})
          await fetch('/api/later')
        })
      </script>`,
    ),
  )
  await waitForExtras(page)
  await page.click('button')
  const request = await waitForSpan(server, isRequestTo('/api/later'))
  const click = await waitForSpan(server, isNamed('click Open'))
  expect(click.events.map(({ name }) => name)).toContain('long animation frame')
  expect(request.parentSpanId).toBe(click.spanId)
  expect(BigInt(click.endTimeUnixNano) >= BigInt(request.endTimeUnixNano)).toBe(true)
})

test('repeated clicks on an element are recorded as a rage click', async ({ page, visit, serve, server }) => {
  await visit(serve('/', '<button>Dead</button>'))
  await waitForExtras(page)
  const { x = 0, y = 0 } = (await page.locator('button').boundingBox()) ?? {}
  const session = await page.context().newCDPSession(page)
  const startSeconds = Date.now() / 1000
  for (const clickCount of [1, 2, 3]) {
    for (const type of ['mousePressed', 'mouseReleased'] as const) {
      // The time stamps of the events do not depend on how busy the machine is.
      const timestamp = startSeconds + clickCount / 10
      const event = { type, x: x + 5, y: y + 5, button: 'left', clickCount, timestamp } as const
      await session.send('Input.dispatchMouseEvent', event)
    }
  }
  const click = await waitForSpan(server, isNamed('click Dead'))
  const names = click.events.map(({ name }) => name)
  expect(names.filter((name) => name !== 'long animation frame')).toEqual(['rage click'])
})

test('repeated clicks by code are not a rage click', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<button onclick="fetch('/api/step')">Step</button>`))
  await page.evaluate(() => {
    for (let count = 0; count < 3; count++) document.querySelector('button')?.click()
  })
  const clicks = await waitForSpans(server, isNamed('click Step'), 3)
  const names = clicks.flatMap(({ events }) => events.map(({ name }) => name))
  expect(names.filter((name) => name !== 'long animation frame')).toEqual([])
})

test('a page from the back/forward cache starts a new action', async ({ page, visit, serve, server }) => {
  await visit(serve('/', ''))
  const load = await waitForSpan(server, isNamed('load /'))
  await page.evaluate(() => {
    window.addEventListener('pageshow', () => fetch('/api/fresh'))
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  })
  const shown = await waitForSpan(server, isNamed('navigate /'))
  expect(shown.traceId).not.toBe(load.traceId)
  expect((await waitForSpan(server, isRequestTo('/api/fresh'))).parentSpanId).toBe(shown.spanId)
})

test('a prerendered page is not recorded until it is shown', async ({ page, serve, server }) => {
  const sdkHasRun = await followSdkScript(page)
  await page.addInitScript(() => {
    let prerendering = true
    Object.defineProperty(Document.prototype, 'prerendering', { get: () => prerendering })
    Object.assign(window, {
      show: () => {
        prerendering = false
        document.dispatchEvent(new Event('prerenderingchange'))
      },
    })
  })
  await page.goto(serve('/', `<script>fetch('/api/ahead').then((answer) => answer.json())</script>`))
  await sdkHasRun()
  expect(await page.evaluate(() => typeof window.throughline?.health().sent)).toBe('undefined')
  await page.evaluate('show()')
  const load = await waitForSpan(server, isNamed('load /'))
  expect((await waitForSpan(server, isRequestTo('/api/ahead'))).parentSpanId).toBe(load.spanId)
})

test('an unhandled rejection is recorded once on the action whose request or function failed', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Break</button><script>
      document.querySelector('button').addEventListener('click', async () => { await fetch('/api/gone?drop') })
    </script>`,
    ),
  )
  await page.click('button')
  await page.evaluate(
    () => void window.throughline?.action('fails', async () => Promise.reject(new RangeError('mine'))),
  )
  for (const [name, message] of [
    ['click Break', 'Failed to fetch'],
    ['fails', 'mine'],
  ] as const) {
    const span = await waitForSpan(server, isNamed(name))
    const exceptions = span.events.filter((event) => event.name === 'exception')
    expect(exceptions.map((event) => attribute(event, 'exception.message'))).toEqual([message])
    expect(span.status.code).toBe(2)
  }
  expect(server.spans().filter(isNamed('error'))).toEqual([])
})
