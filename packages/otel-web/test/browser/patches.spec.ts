import { bundledCode } from './bundled-script.ts'
import {
  attribute,
  expect,
  holdScript,
  isNamed,
  isRequestTo,
  scriptOf,
  startedWith,
  test,
  WAYS,
  waitForExtras,
  waitForSdk,
  waitForSpan,
} from './fixtures.ts'

const TAKEN = `<script>
  const f = window.fetch, b = window.fetch.bind(window)
  const { open, send, setRequestHeader } = XMLHttpRequest.prototype
  const get = (url) => new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    open.call(xhr, 'GET', url); setRequestHeader.call(xhr, 'x-own', '1'); xhr.onloadend = resolve; send.call(xhr)
  })
</script>`

for (const [way, act] of [
  ['fetch', `f('/api/taken')`],
  ['a bound fetch', `b('/api/taken')`],
  ['the methods of XMLHttpRequest', `get('/api/taken')`],
] as const) {
  test(`a reference to the loader's ${way} is traced by the SDK and passes through after shutdown`, async ({
    page,
    visit,
    serve,
    server,
  }) => {
    await visit(serve('/', TAKEN))
    const call = (name: string) => page.evaluate(`throughline.action('${name}', () => ${act}).then(() => {})`)
    await call('taken')
    const action = await waitForSpan(server, isNamed('taken'))
    const request = await waitForSpan(server, isRequestTo('/api/taken'))
    expect(request.parentSpanId).toBe(action.spanId)
    const seen = () => server.requests.filter(({ path }) => path === '/api/taken')
    expect(seen()).toHaveLength(1)
    expect(seen()[0]?.traceparent).toBe(`00-${request.traceId}-${request.spanId}-01`)
    await page.evaluate('throughline.shutdown()')
    await page.evaluate(`${act}.then(() => {})`)
    expect(seen().slice(1)).toMatchObject([{ traceparent: undefined }])
  })
}

test('a page that wraps the patches of the loader gets the arguments of its own code', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<script>
        const before = window.fetch
        window.fetch = (path, init) => path === '/wrapped'
          ? before('/api' + path, { ...init, headers: { ...init.headers, 'x-added': '1' } })
          : before(path, init)
      </script>`,
    ),
  )
  await page.evaluate(async () =>
    window.throughline
      ?.action('wrapped', () => fetch('/wrapped', { headers: { 'x-own': '2' } }))
      .then(() => {}),
  )
  const span = await waitForSpan(server, isRequestTo('/api/wrapped'))
  expect(server.requests.find(({ path }) => path === '/api/wrapped')?.headers).toMatchObject({
    'x-added': '1',
    'x-own': '2',
    traceparent: `00-${span.traceId}-${span.spanId}-01`,
  })
})

/** A `fetch` of the page from before the SDK, and the forms of its callers' headers. */
for (const [form, headers, expected] of [
  ['none', 'undefined', {}],
  ['a record', `{ 'X-Own': '1' }`, { 'x-own': '1' }],
  ['a list', `[['x-own', '1']]`, { 'x-own': '1' }],
  ['Headers', `new Headers({ 'x-own': '1' })`, { 'x-own': '1' }],
  ['a baggage of its own', `{ Baggage: 'mine=1' }`, { baggage: 'mine=1' }],
  ['a traceparent of its own', `{ TraceParent: 'own' }`, { traceparent: 'own' }],
] as const) {
  test(`with an import, the fetch of the page gets the arguments of the caller: ${form}`, async ({
    page,
    serve,
    server,
  }) => {
    const head = `<script>
      window.given = []
      const stock = window.fetch
      window.fetch = (input, init) => {
        const { headers, mine } = init
        window.given.push([input, mine, Object.prototype.toString.call(headers)])
        return stock(input, { ...init, headers: headers instanceof Headers || Array.isArray(headers) ? headers : { ...headers } })
      }
    </script>`
    await page.goto(serve('/', '', { head, script: await startedWith({}) }))
    await page.evaluate(`fetch('/api/form', { mine: 5, headers: ${headers} }).then(() => {})`)
    const seen = server.requests.find(({ path }) => path === '/api/form')
    expect(seen?.headers).toMatchObject(expected)
    if (form !== 'a traceparent of its own') {
      const span = await waitForSpan(server, isRequestTo('/api/form'))
      expect(seen?.traceparent).toBe(`00-${span.traceId}-${span.spanId}-01`)
    }
    const [given] = (await page.evaluate('window.given')) as [[string, number, string]]
    expect(given.slice(0, 2)).toEqual(['/api/form', 5])
    const type = { Headers: 'Headers', 'a list': 'Array' }[form as string] ?? 'Object'
    expect(given[2]).toBe(`[object ${type}]`)
  })
}

/** The `baggage` of the caller, that of the active context, and the header that is sent. */
for (const [own, ours, sent] of [
  ['mine=1', [['ours', '1']], 'mine=1, ours=1'],
  ['ours=mine', [['ours', '1']], 'ours=mine'],
  [
    'a=1, b=2;p=1',
    [
      ['b', '3'],
      ['c', '4'],
    ],
    'a=1, b=2;p=1, c=4',
  ],
  [`big=${'x'.repeat(8180)}`, [['ours', '12345']], `big=${'x'.repeat(8180)}`],
] as const) {
  test(`baggage ${own.slice(0, 20)} of the caller and ${JSON.stringify(ours)} are sent as one list`, async ({
    page,
    serve,
    server,
  }) => {
    await page.goto(serve('/', '', { script: await startedWith({}) }))
    await page.evaluate(
      async ([value, entries]) => {
        await window.throughline?.action('baggage', async () => {
          const api = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'))
          const baggage = { getAllEntries: () => entries.map(([name, text]) => [name, { value: text }]) }
          const context = api.context.active().setValue(Symbol.for('OpenTelemetry Baggage Key'), baggage)
          await api.context.with(context, () => fetch('/api/fetch', { headers: { baggage: value } }))
          await api.context.with(context, () =>
            fetch(new Request('/api/request', { headers: { Baggage: value } })),
          )
          await api.context.with(
            context,
            () =>
              new Promise((resolve) => {
                const xhr = new XMLHttpRequest()
                xhr.open('GET', '/api/xhr')
                xhr.setRequestHeader('Baggage', value)
                xhr.onloadend = resolve
                xhr.send()
              }),
          )
        })
      },
      [own, ours] as const,
    )
    // The session is added once the extras have loaded.
    const spaced = (value: unknown) =>
      String(value)
        .replace(/,session\.id=\w+/, '')
        .replaceAll(/, ?/g, ', ')
    for (const path of ['/api/fetch', '/api/request', '/api/xhr']) {
      expect(spaced(server.requests.find((request) => request.path === path)?.headers.baggage), path).toBe(
        spaced(sent),
      )
    }
  })
}

const POLYFILL = `
  delete window.fetch
  import('whatwg-fetch').then(({ fetch, Request, Response, Headers }) => {
    Object.assign(window, { fetch, Request, Response, Headers })
    window.polyfilled = true
  })`

test('requests of a polyfill are traced and sent as without tracing', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const polyfill = await bundledCode(POLYFILL)
  const script = await startedWith({})
  await page.goto(
    serve('/', `${polyfill}<script>addEventListener('load', () => {})</script>${script}`, { script: '' }),
  )
  await page.waitForFunction('window.polyfilled')
  await page.evaluate(async () => {
    await fetch(new Request('/api/w', { method: 'POST', headers: { 'x-own': '1' }, body: 'b' }))
  })
  expect(server.requests.find(({ path }) => path === '/api/w')).toMatchObject({
    method: 'POST',
    headers: { 'x-own': '1' },
    body: 'b',
  })
  await waitForSpan(server, isRequestTo('/api/w'))
  expect(server.requests.filter(({ path }) => path.includes('object'))).toEqual([])
  expect(server.spans().filter(isRequestTo('object'))).toEqual([])
  expect(noise).toEqual([])
})

/** Globals that a page has made read-only by name, and the tracing that is off and on then. */
for (const [kind, code, unpatched] of [
  ['window.fetch is read-only', `Object.defineProperty(window, 'fetch', { writable: false })`, ['fetch']],
  [
    'window.fetch cannot be changed at all',
    `Object.defineProperty(window, 'fetch', { writable: false, configurable: false })`,
    ['fetch'],
  ],
  [
    'window.fetch is a getter',
    `const stock = fetch; Object.defineProperty(window, 'fetch', { get: () => stock, configurable: true })`,
    ['fetch'],
  ],
  [
    'the prototype of XHR is frozen',
    `Object.freeze(XMLHttpRequest.prototype)`,
    ['open', 'send', 'setRequestHeader'],
  ],
  ['the prototypes of streams are frozen', `Object.freeze(ReadableStream.prototype)`, ['getReader', 'tee']],
  [
    'timers are read-only',
    `Object.defineProperty(window, 'setTimeout', { writable: false })`,
    ['setTimeout'],
  ],
  ['Promise.prototype is frozen', `Object.freeze(Promise.prototype)`, ['then']],
] as const) {
  for (const way of WAYS) {
    test(`where ${kind}, the ${way} traces all other work, and health() names it`, async ({
      page,
      serve,
      server,
      noise,
    }) => {
      const script = await scriptOf(way)
      await page.goto(serve('/', '<button>Go</button>', { head: `<script>${code}</script>`, script }))
      await waitForSdk(page)
      await page.evaluate(async () => {
        await window.throughline?.action('work', async () => {
          await (await fetch('/api/one')).text()
          const xhr = new XMLHttpRequest()
          xhr.open('GET', '/api/two', false)
          xhr.send()
        })
      })
      expect(server.requests.filter(({ path }) => /one|two/.test(path)).length).toBe(2)
      if (!unpatched.includes('fetch' as never)) await waitForSpan(server, isRequestTo('/api/one'))
      if (!unpatched.includes('open' as never)) await waitForSpan(server, isRequestTo('/api/two'))
      await waitForSpan(server, isNamed('work'))
      const health = await page.evaluate(() => window.throughline?.health().unpatched)
      expect(health).toEqual(expect.arrayContaining([...unpatched]))
      await page.evaluate(() => window.throughline?.shutdown())
      expect(noise).toEqual([])
    })
  }
}

test('debug mode prints what could not be patched', async ({ page, visit, serve }) => {
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  const head = `<script>Object.defineProperty(window, 'fetch', { writable: false })</script>`
  await visit(serve('/', '', { head, attributes: 'data-debug' }))
  await waitForExtras(page)
  await expect.poll(() => said.filter((line) => line.includes('fetch'))).toHaveLength(1)
})

for (const [kind, code] of [
  [
    'a function that returns native ones',
    `const N = XMLHttpRequest; window.XMLHttpRequest = function () { return new N() }`,
  ],
  ['a subclass', `window.XMLHttpRequest = class extends XMLHttpRequest { send(body) { super.send(body) } }`],
  ['a proxy', `window.XMLHttpRequest = new Proxy(XMLHttpRequest, {})`],
  [
    'a facade before native ones',
    `const N = XMLHttpRequest
     window.XMLHttpRequest = function () {
       const xhr = new N()
       return {
         open: (...args) => xhr.open(...args),
         send: (...args) => xhr.send(...args),
         set onloadend(callback) { xhr.onloadend = callback },
       }
     }`,
  ],
] as const) {
  for (const way of WAYS) {
    // An import that comes later cannot reach the native prototype.
    if (way === 'npm import' && kind.startsWith('a facade')) continue
    test(`requests are traced by the ${way} where XMLHttpRequest was replaced by ${kind}`, async ({
      page,
      serve,
      server,
      noise,
    }) => {
      const elements = [await scriptOf(way), `<script>${code}</script>`]
      const script = (way === 'npm import' ? elements.toReversed() : elements).join('')
      await page.goto(serve('/', '', { script }))
      await waitForSdk(page)
      await page.evaluate(async () =>
        window.throughline
          ?.action(
            'work',
            () =>
              new Promise((resolve) => {
                const xhr = new XMLHttpRequest()
                xhr.open('GET', '/api/replaced')
                xhr.onloadend = () => fetch('/api/after').then(resolve)
                xhr.send()
              }),
          )
          .then(() => {}),
      )
      const work = await waitForSpan(server, isNamed('work'))
      for (const path of ['/api/replaced', '/api/after']) {
        const span = await waitForSpan(server, isRequestTo(path))
        expect(span.parentSpanId).toBe(work.spanId)
        expect(server.requests.find((request) => request.path === path)?.traceparent).toContain(span.spanId)
      }
      expect(noise).toEqual([])
    })
  }
}

/** Names that the document or `window` has, and elements that hide them. */
const NAMES = [
  ...[
    'currentScript',
    'head',
    'body',
    'documentElement',
    'createElement',
    'baseURI',
    'readyState',
    'referrer',
  ],
  ...[
    'visibilityState',
    'prerendering',
    'addEventListener',
    'querySelector',
    'getElementsByTagName',
    'location',
  ],
  ...[
    'throughline',
    'navigation',
    'scheduler',
    'trustedTypes',
    'requestIdleCallback',
    'NavigateEvent',
    'nodeName',
  ],
]
for (const [kind, element] of [
  [
    'images',
    (name: string) => `<img name="${name}" id="${name}" data-sdk="/evil.js" data-service-name="evil">`,
  ],
  ['forms', (name: string) => `<form name="${name}" id="${name}" data-sdk="/evil.js"></form>`],
] as const) {
  for (const way of WAYS) {
    test(`${kind} with the names of document properties do not affect the ${way}`, async ({
      page,
      serve,
      server,
      noise,
    }) => {
      const script = await scriptOf(way)
      const elements = NAMES.map(element).join('')
      await page.goto(serve('/', `${elements}${script}<button>Go</button>`, { script: '' }), {
        waitUntil: 'commit',
      })
      await page.waitForFunction(() => typeof window.throughline?.health?.()?.sent === 'number')
      await page.evaluate(() => fetch('/api/named').then(() => {}))
      const span = await waitForSpan(server, isRequestTo('/api/named'))
      expect(server.requests.find(({ path }) => path === '/api/named')?.traceparent).toContain(span.spanId)
      expect(server.requests.map(({ path }) => path)).not.toContain('/evil.js')
      expect(noise.filter((line) => line.startsWith('uncaught'))).toEqual([])
    })
  }
}

test('a page of XHTML without a head is traced', async ({ page, server, noise }) => {
  const html = `<html xmlns="http://www.w3.org/1999/xhtml"><body><script src="/throughline.js" data-service-name="test-web"></script></body></html>`
  server.pages.set('/', { html, headers: { 'content-type': 'application/xhtml+xml' } })
  await page.goto(server.origin)
  await waitForSdk(page)
  await waitForExtras(page)
  await waitForSpan(server, isNamed('load /'))
  expect(noise).toEqual([])
})

for (const attributes of ['', 'data-sdk="/throughline-sdk.js" data-extras="/throughline-extras.js"']) {
  test(`a <base> after the tag does not change the URLs of the scripts: ${attributes || 'by default'}`, async ({
    page,
    serve,
    server,
  }) => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const release = await holdScript(page, 'sdk')
    const script = `<script src="/throughline.js" ${attributes} data-service-name="test-web" data-endpoint="/v1/traces"></script>
      <base href="${server.origin.replace('localhost', 'evil.localhost')}/">`
    await page.goto(serve('/', '', { script }), { waitUntil: 'commit' })
    await page.waitForSelector('base', { state: 'attached' })
    release()
    await waitForSdk(page)
    await waitForExtras(page)
    await waitForSpan(server, isNamed('load /'))
    expect(asked.filter((url) => url.includes('evil'))).toEqual([])
  })
}

test('properties of Object.prototype do not act as options', async ({ page, visit, serve, server }) => {
  const head = `<script>
    Object.prototype.sdk = Object.prototype.extras = '/evil.js'
    Object.prototype.propagateTo = 'http://foreign.localhost'
    Object.prototype.endpoint = '/evil'
    Object.prototype.headers = { 'x-api-key': 'evil' }
    Object.prototype.sampler = 'always_off'
    Object.prototype.redact = () => undefined
  </script>`
  await visit(serve('/', '', { head }))
  await waitForExtras(page)
  const load = await waitForSpan(server, isNamed('load /'))
  expect(attribute(load, 'url.path')).toBe('/')
  expect(server.exports.map(({ headers }) => headers['x-api-key'])).not.toContain('evil')
  expect(server.requests.filter(({ path }) => path.includes('evil'))).toEqual([])
})

test('the Trusted Types policy allows the three script URLs only', async ({ page, serve }) => {
  await holdScript(page, 'sdk')
  const csp = "require-trusted-types-for 'script'; trusted-types throughline"
  await page.goto(serve('/', '', { headers: { 'content-security-policy': csp } }), { waitUntil: 'commit' })
  await page.waitForFunction('window.throughline')
  const given = await page.evaluate(() => {
    const urls: string[] = []
    for (const value of Object.values(window.throughline ?? {}).flat()) {
      if (typeof (value as { createScriptURL?: unknown })?.createScriptURL === 'function')
        urls.push('a policy')
      if (Object.prototype.toString.call(value) === '[object TrustedScriptURL]') urls.push(String(value))
    }
    return urls
  })
  expect(given.map((url) => new URL(url).pathname)).toEqual([
    '/throughline-sdk.js',
    '/throughline-extras.js',
    '/throughline-react.js',
  ])
})

test('a WebSocket to a path has a ws: address, and IPv6 has no brackets', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await waitForExtras(page)
  await page.evaluate(async () => {
    new WebSocket('/socket')
    await fetch('http://[::1]:9/').catch(() => {})
  })
  const socket = await waitForSpan(server, isNamed('connect websocket'))
  expect(attribute(socket, 'url.full')).toBe(`${server.origin.replace('http', 'ws')}/socket`)
  const request = await waitForSpan(server, isRequestTo('[::1]'))
  expect(attribute(request, 'server.address')).toBe('::1')
})

test('startViewTransition keeps the context in either form', async ({ page, visit, serve, server }) => {
  await visit(serve('/', ''))
  await page.evaluate(async () => {
    const start = (argument: unknown) =>
      (
        document as unknown as {
          startViewTransition(argument: unknown): { updateCallbackDone: Promise<void> }
        }
      ).startViewTransition(argument)
    await window.throughline?.action('transition', async () => {
      await start(() => void fetch('/api/function')).updateCallbackDone
      await start({ update: () => void fetch('/api/object') }).updateCallbackDone
    })
  })
  const action = await waitForSpan(server, isNamed('transition'))
  for (const path of ['/api/function', '/api/object']) {
    expect((await waitForSpan(server, isRequestTo(path))).parentSpanId).toBe(action.spanId)
  }
})
