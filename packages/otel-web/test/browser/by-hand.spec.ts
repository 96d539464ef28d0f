import {
  attribute,
  exceptionsOf,
  expect,
  isNamed,
  isRequestTo,
  scriptOf,
  test,
  WAYS,
  waitForSdk,
  waitForSpan,
} from './fixtures.ts'

/** Values that `fn` may return, as expressions. */
const RETURNED = [
  '7',
  'undefined',
  'null',
  '"text"',
  'Symbol.for("s")',
  '({ a: 1 })',
  'Promise.resolve(1)',
  'new Promise(() => {})',
  'Object.assign(Promise.resolve(1), { cancel() {} })',
  'Object.freeze(Promise.resolve(1))',
  'Object.assign(Promise.resolve(1), { then: spy })',
  'new (class Task extends Promise {})((resolve) => resolve(1))',
  '({ then: spy })',
  '({ get then() { return spy() } })',
  'new Proxy(Promise.resolve(1), { get: spy, getPrototypeOf: () => { throw new Error("trap") } })',
  'new Proxy({}, { get: spy, has: spy })',
  'new frames[0].Promise((resolve) => resolve(1))',
  'frames[0].eval("(async () => 1)()")',
  'fetch("/api/x")',
]

for (const way of WAYS) {
  test(`${way}: action() returns the same value as its function and does not read it`, async ({
    page,
    serve,
    server,
    noise,
  }) => {
    await page.goto(serve('/', '<iframe srcdoc=""></iframe>', { script: await scriptOf(way) }))
    await waitForSdk(page)
    for (const expression of RETURNED) {
      const seen = await page.evaluate(async (code) => {
        let calls = 0
        const spy = () => void calls++
        const value = new Function('spy', `return ${code}`)(spy)
        const result = window.throughline?.action('by hand', () => value)
        await new Promise((resolve) => setTimeout(resolve, 20))
        const keys = Object(result) === result && calls === 0 ? Reflect.ownKeys(Object(value)).length : 0
        return { isSame: Object.is(result, value), calls, keys }
      }, expression)
      expect({ expression, isSame: seen.isSame, calls: seen.calls }).toEqual({
        expression,
        isSame: true,
        calls: 0,
      })
    }
    await waitForSpan(server, isNamed('by hand'))
    expect(noise).toEqual([])
  })
}

/** Code that ends with a rejected promise, and whether the page gets `unhandledrejection`. */
const REJECTED: Readonly<
  Record<string, readonly [code: string, isUnhandled: boolean, isOwnPromise: boolean]>
> = {
  'at once, left alone': ['p = act(() => Promise.reject(error))', true, true],
  'later, left alone': ['p = act(async () => { await wait(50); throw error })', true, false],
  'at once, caught by then': ['act(() => Promise.reject(error)).then(null, () => {})', false, true],
  'at once, caught by catch': ['act(() => Promise.reject(error)).catch(() => {})', false, true],
  'later, caught by catch': ['act(async () => { await wait(50); throw error }).catch(() => {})', false, true],
  'later, caught by await': [
    'try { await act(async () => { await wait(50); throw error }) } catch {}',
    false,
    true,
  ],
  'caught a few microtasks later': [
    'p = act(() => Promise.reject(error)); await null; await null; p.catch(() => {})',
    false,
    true,
  ],
  'caught a while before it is rejected': [
    'p = act(async () => { await wait(200); throw error }); await wait(50); p.catch(() => {})',
    false,
    true,
  ],
  'caught by allSettled': ['await Promise.allSettled([act(() => Promise.reject(error))])', false, true],
  'passed on by an async function': [
    'const run = async () => act(async () => { await wait(20); throw error }); run().catch(() => {})',
    false,
    true,
  ],
  'with a property of its own, left alone': [
    'p = act(() => Object.assign(Promise.reject(error), { cancel() {} }))',
    true,
    true,
  ],
  'a subclass, left alone': ['p = act(() => (class Task extends Promise {}).reject(error))', true, true],
}

for (const [name, [code, isUnhandled, isOwnPromise]] of Object.entries(REJECTED)) {
  test(`the rejected promise of an action is reported once: ${name}`, async ({
    page,
    visit,
    serve,
    server,
  }) => {
    await visit(serve('/', ''))
    const seen = await page.evaluate(async (run) => {
      const events: PromiseRejectionEvent[] = []
      let handledLater = 0
      addEventListener('unhandledrejection', (event) => events.push(event))
      addEventListener('rejectionhandled', () => handledLater++)
      const error = new Error('rejected')
      const wait = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
      const act = (fn: () => unknown) => window.throughline?.action('by hand', fn)
      const AsyncFunction = (async () => {}).constructor as FunctionConstructor
      const p = await new AsyncFunction('act', 'error', 'wait', `let p; ${run}; return { p }`)(
        act,
        error,
        wait,
      )
      await wait(400)
      return {
        reasons: events.map(({ reason }) => reason === error),
        isOwn: events.every(({ promise }) => promise === p.p),
        handledLater,
      }
    }, code)
    expect(seen).toEqual({ reasons: isUnhandled ? [true] : [], isOwn: isOwnPromise, handledLater: 0 })
    const span = await waitForSpan(server, isNamed('by hand'))
    expect(exceptionsOf(span)).toHaveLength(1)
    expect(server.spans().filter(isNamed('error'))).toEqual([])
  })
}

test('an action lasts as long as its promise, awaited or not', async ({ page, visit, serve, server }) => {
  await visit(serve('/', ''))
  await page.evaluate(async () => {
    const { setTimeout: native } = frames[0] ?? window
    // A delay that no patch observes.
    const channel = new MessageChannel()
    const run = () =>
      new Promise<void>((resolve) => {
        const end = performance.now() + 400
        channel.port1.onmessage = () => (performance.now() < end ? channel.port2.postMessage(0) : resolve())
        channel.port2.postMessage(0)
      })
    await window.throughline?.action('awaited', run)
    void window.throughline?.action('left alone', run)
    void native
  })
  for (const name of ['awaited', 'left alone']) {
    expect((await waitForSpan(server, isNamed(name))).durationMillis).toBeGreaterThanOrEqual(399)
  }
})

test('recordError records a caught error once on the running action', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Go</button><script>document.querySelector('button').onclick = async () => {
        const error = new TypeError('caught')
        try { await fetch('/api/x'); throw error } catch (caught) {
          throughline.recordError(caught, { component: 'Cart', odd: Symbol('s') })
          throughline.recordError(caught)
          throw caught
        }
      }</script>`,
    ),
  )
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Go'))
  const exceptions = exceptionsOf(click)
  expect(exceptions.map((event) => attribute(event, 'exception.message'))).toEqual(['caught'])
  expect(exceptions[0] && attribute(exceptions[0], 'component')).toBe('Cart')
  expect(click.status).toMatchObject({ code: 2, message: 'caught' })
  expect(server.spans().filter(isNamed('error'))).toEqual([])

  await page.evaluate(() => {
    const native = new Error('of no action')
    window.throughline?.recordError(native, { component: 'Footer' })
    window.throughline?.recordError(null)
    window.throughline?.recordError(
      {
        get message() {
          throw new Error('getter')
        },
      },
      {
        get a(): string {
          throw new Error('getter')
        },
      },
    )
  })
  const error = await waitForSpan(
    server,
    ({ name, status }) => name === 'error' && status.message === 'of no action',
  )
  expect(error.parentSpanId).toBeUndefined()
  expect(error.events[0] && attribute(error.events[0], 'component')).toBe('Footer')
  await waitForSpan(server, ({ name, status }) => name === 'error' && status.message === 'null')
})

test('values of setUser and setAttributes are on all later spans, redacted, until they are unset', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<button onclick="fetch('/api/x')">Go</button>`))
  await page.evaluate(async () => {
    window.throughline?.setUser('u-17')
    window.throughline?.setAttributes({
      tenant: 'acme',
      mail: 'bob@example.org',
      'throughline.action.type': 'mine',
    })
    await window.throughline?.action('with', async () => (await fetch('/api/with/')).text())
    window.throughline?.setUser(undefined)
    window.throughline?.setAttributes({ tenant: undefined })
    await window.throughline?.action('without', async () => (await fetch('/api/without')).text())
  })
  for (const fits of [isNamed('with'), isRequestTo('/api/with/')]) {
    const span = await waitForSpan(server, fits)
    expect(attribute(span, 'user.id')).toBe('u-17')
    expect(attribute(span, 'tenant')).toBe('acme')
    expect(attribute(span, 'mail')).toBe('REDACTED')
  }
  expect(attribute(await waitForSpan(server, isNamed('with')), 'throughline.action.type')).toBe('custom')
  const without = await waitForSpan(server, isNamed('without'))
  expect(attribute(without, 'user.id')).toBeUndefined()
  expect(attribute(without, 'tenant')).toBeUndefined()
  expect(attribute(without, 'mail')).toBe('REDACTED')
})

test('calls before the SDK has loaded take effect when it has', async ({ page, serve, server }) => {
  await page.goto(
    serve('/', `<script>throughline.setUser('early'); throughline.recordError(new Error('early'))</script>`),
  )
  await waitForSdk(page)
  const error = await waitForSpan(server, isNamed('error'))
  expect(error.status.message).toBe('early')
  await page.evaluate(() => window.throughline?.action('later', () => {}))
  expect(attribute(await waitForSpan(server, isNamed('later')), 'user.id')).toBe('early')
})

test('an action has the redacted path and the route of its page', async ({ page, visit, serve, server }) => {
  await visit(serve('/orders/1234/bob@example.org', `<button onclick="fetch('/api/x')">Buy</button>`))
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect(attribute(click, 'url.path')).toBe('/orders/1234/REDACTED')
  expect(attribute(click, 'url.template')).toBe('/orders/:id/REDACTED')
  await page.evaluate(() => history.pushState({}, '', '/carts/9'))
  const navigation = await waitForSpan(server, ({ name }) => name.startsWith('navigate'))
  expect(attribute(navigation, 'url.path')).toBe('/carts/9')
  expect(attribute(navigation, 'url.template')).toBe('/carts/:id')
})
