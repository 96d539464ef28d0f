import { startPageServer } from '@throughline/otel-testing/playwright'
import {
  attribute,
  expect,
  isNamed,
  isRequestTo,
  SCRIPTS,
  test,
  waitForExtras,
  waitForSpan,
} from './fixtures.ts'

const BUTTON = `<button onclick="fetch('/api/x')">Go</button>`
/** The output of `printf u-17 | sha256sum`. */
const HASH = '9370e9b203743d7923180e50f8f4d55479deb6870b20253bcc50d02a5bfb86e3'

test('the user and the attributes of the script tag are on every span of the page', async ({
  page,
  serve,
  server,
}) => {
  const attributes = 'data-user-id="u-17" data-attribute-tenant="acme" data-attribute-app.plan="pro"'
  await page.goto(serve('/', BUTTON, { attributes }))
  await page.click('button')
  for (const fits of [isNamed('load /'), isNamed('click Go'), isRequestTo('/api/x')]) {
    const span = await waitForSpan(server, fits)
    const values = ['user.id', 'tenant', 'app.plan'].map((key) => attribute(span, key))
    expect(values).toEqual(['u-17', 'acme', 'pro'])
  }
})

test('the user and the attributes are kept in later pages of the session, redacted, until they are removed', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/first', ''))
  await waitForExtras(page)
  await page.evaluate(() => {
    window.throughline?.setUser({ id: 'u-17', roles: ['admin'], email: 'bob@example.org' })
    window.throughline?.setAttributes({ tenant: 'acme' })
  })
  expect(await page.evaluate(() => localStorage.getItem('throughline.attributes'))).not.toContain('bob')
  await visit(serve('/second', ''))
  const second = await waitForSpan(server, isNamed('load /second'))
  const valuesOf = (span: typeof second) =>
    ['user.id', 'user.roles', 'user.email', 'tenant'].map((key) => attribute(span, key))
  expect(valuesOf(second)).toEqual(['u-17', ['admin'], 'REDACTED', 'acme'])

  await page.evaluate(() => window.throughline?.setUser('u-18'))
  await page.evaluate(() => window.throughline?.action('other user', () => {}))
  expect(valuesOf(await waitForSpan(server, isNamed('other user')))).toEqual([
    'u-18',
    undefined,
    undefined,
    'acme',
  ])
  await page.evaluate(() => window.throughline?.setUser(undefined))
  await visit(serve('/third', ''))
  expect(valuesOf(await waitForSpan(server, isNamed('load /third')))).toEqual([
    undefined,
    undefined,
    undefined,
    'acme',
  ])
  // Another session.
  await page.evaluate(() => localStorage.removeItem('throughline'))
  await visit(serve('/fourth', ''))
  expect(attribute(await waitForSpan(server, isNamed('load /fourth')), 'tenant')).toBeUndefined()
})

test('the user is forgotten when consent is withdrawn', async ({ page, visit, serve, server }) => {
  await visit(serve('/', ''))
  await waitForExtras(page)
  const stored = await page.evaluate(() => {
    window.throughline?.setUser('u-17')
    const before = localStorage.getItem('throughline.attributes')
    window.throughline?.setConsent(false)
    return [before?.includes('u-17'), localStorage.getItem('throughline.attributes')]
  })
  expect(stored).toEqual([true, null])
  await page.evaluate(() => {
    window.throughline?.setConsent(true)
    window.throughline?.action('again', () => {})
  })
  expect(attribute(await waitForSpan(server, isNamed('again')), 'user.id')).toBeUndefined()
})

test('nothing is stored about a user before required consent', async ({ page, visit, serve }) => {
  await visit(serve('/', '', { attributes: 'data-consent="required"' }))
  await waitForExtras(page)
  await page.evaluate(() => window.throughline?.setUser('u-17'))
  expect(await page.evaluate(() => localStorage.length)).toBe(0)
})

for (const way of ['a call', 'the script tag']) {
  test(`an id that is to be hashed by ${way} leaves the page as its SHA-256 only`, async ({
    page,
    visit,
    serve,
    server,
  }) => {
    const isTag = way === 'the script tag'
    await visit(serve('/', '', { attributes: isTag ? 'data-user-id="u-17" data-hash-user-id' : '' }))
    await page.evaluate((isSet) => {
      if (!isSet) window.throughline?.setUser({ id: 'u-17', hashId: true })
    }, isTag)
    await page.waitForFunction(() => localStorage.getItem('throughline.attributes')?.includes('user.hash'))
    await page.evaluate(() => window.throughline?.action('hashed', () => {}))
    expect(attribute(await waitForSpan(server, isNamed('hashed')), 'user.hash')).toBe(HASH)
    expect(JSON.stringify(server.exports.map(({ body }) => String(body)))).not.toContain('u-17')
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('u-17')
  })
}

test('debug mode says once that an insecure page cannot hash an id', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await page.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }))
  const notices: string[] = []
  page.on('console', (message) => message.text().includes('user.hash') && notices.push(message.text()))
  await visit(serve('/', '', { attributes: 'data-debug data-user-id="u-17" data-hash-user-id' }))
  await waitForExtras(page)
  await page.evaluate(() => window.throughline?.setUser({ id: 'u-18', hashId: true }))
  await page.evaluate(() => window.throughline?.action('not hashed', () => {}))
  const span = await waitForSpan(server, isNamed('not hashed'))
  expect([attribute(span, 'user.id'), attribute(span, 'user.hash')]).toEqual([undefined, undefined])
  expect(notices).toEqual(['[throughline] no user.hash: the page is no secure context'])
})

test('an action has the redacted URL and the title of its page', async ({ page, visit, serve, server }) => {
  serve('/cart', `${BUTTON}<script>document.title = 'Cart of bob@example.org'</script>`)
  await visit(`${server.origin}/cart?code=secret`)
  await waitForExtras(page)
  const pageOf = async (name: string) => {
    const span = await waitForSpan(server, isNamed(name))
    return [attribute(span, 'url.full'), attribute(span, 'throughline.page.title')]
  }
  const url = `${server.origin}/cart?code=REDACTED`
  expect(await pageOf('load /cart')).toEqual([url, 'Cart of REDACTED'])
  await page.click('button')
  expect(await pageOf('click Go')).toEqual([url, 'Cart of REDACTED'])
  await page.evaluate(() => {
    history.pushState({}, '', '/orders')
    document.title = 'Orders'
  })
  expect(await pageOf('navigate /orders')).toEqual([`${server.origin}/orders`, 'Orders'])
})

test('the session is sent as baggage to the own origin only, and the user on request', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const other = await startPageServer(SCRIPTS)
  try {
    const attributes = `data-propagate-to="${other.origin}" data-user-id="u-17"`
    const baggageTo = async (path: string, more = '') => {
      await visit(serve(path, '', { attributes: `${attributes} ${more}` }))
      await waitForExtras(page)
      await page.evaluate(async (url) => {
        await fetch(`/api${location.pathname}`, { headers: { baggage: 'own=1' } })
        await fetch(`${url}/api${location.pathname}`)
        await new Promise((resolve) => {
          const xhr = new XMLHttpRequest()
          xhr.onload = resolve
          xhr.open('GET', `/api/xhr${location.pathname}`)
          xhr.send()
        })
        return window.throughline?.health().sessionId
      }, other.origin)
      const requests = [...server.requests, ...other.requests]
      return [`/api${path}`, `/api/xhr${path}`].flatMap((wanted) =>
        requests
          .filter((request) => request.path === wanted && request.method === 'GET')
          .map(({ headers }) => headers.baggage),
      )
    }
    const session = async () =>
      `session.id=${await page.evaluate(() => window.throughline?.health().sessionId)}`
    const sent = await baggageTo('/plain')
    expect(sent).toEqual([`own=1,${await session()}`, undefined, await session()])
    const withUser = await baggageTo('/with-user', 'data-propagate-user')
    expect(withUser).toEqual([
      `own=1,${await session()},user.id=u-17`,
      undefined,
      `${await session()},user.id=u-17`,
    ])
  } finally {
    await other.close()
  }
})

test('a request is named by the route that the edge names', async ({ page, visit, serve, server }) => {
  const other = await startPageServer(SCRIPTS)
  const route = (path: string) => `edge;desc="${Date.now()}";dur=1, http.route;desc="${path}"`
  serve('/api-orders/7', '{}', { headers: { 'server-timing': route('/api-orders/:id{[0-9]+}') } })
  other.pages.set('/away/7', {
    html: '',
    headers: { 'timing-allow-origin': '*', 'server-timing': route('/away/:id') },
  })
  try {
    await visit(serve('/', ''))
    await page.evaluate(
      (url) =>
        window.throughline?.action('orders', async () => {
          await (await fetch('/api-orders/7', { method: 'POST' })).text()
          await (await fetch(url)).text()
          await (await fetch('/api/plain')).text()
        }),
      `${other.origin}/away/7`,
    )
    const orders = await waitForSpan(server, isRequestTo('/api-orders/7'))
    expect([orders.name, attribute(orders, 'url.template')]).toEqual([
      'POST /api-orders/:id{[0-9]+}',
      '/api-orders/:id{[0-9]+}',
    ])
    const away = await waitForSpan(server, isRequestTo('/away/7'))
    expect([away.name, attribute(away, 'url.template')]).toEqual(['GET', undefined])
    expect((await waitForSpan(server, isRequestTo('/api/plain'))).name).toBe('GET')
  } finally {
    await other.close()
  }
})

test('a request has the name and the type of its GraphQL operation, and nothing of its body', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await waitForExtras(page)
  await page.evaluate(async () => {
    const body = JSON.stringify({
      query: 'mutation Buy($card: String) { buy(card: $card) { id } }',
      variables: { card: 'visa-4111' },
    })
    await fetch('/api/graphql', { method: 'POST', body })
    await fetch(`/api/get?${new URLSearchParams({ query: 'query Cart { cart { id } }' })}`)
    await fetch('/api/persisted?operationName=Cart&extensions=%7B%7D')
    await fetch('/api/search', { method: 'POST', body: '{"query":"umbrella"}' })
    await new Promise((resolve) => {
      const xhr = new XMLHttpRequest()
      xhr.onload = resolve
      xhr.open('POST', '/api/gql-by-xhr')
      xhr.send(body)
    })
  })
  const operationOf = async (path: string) => {
    const span = await waitForSpan(server, (each) => String(attribute(each, 'url.full')).includes(path))
    return [attribute(span, 'graphql.operation.type'), attribute(span, 'graphql.operation.name')]
  }
  expect(await operationOf('/api/graphql')).toEqual(['mutation', 'Buy'])
  expect(await operationOf('/api/gql-by-xhr')).toEqual(['mutation', 'Buy'])
  expect(await operationOf('/api/get')).toEqual(['query', 'Cart'])
  expect(await operationOf('/api/persisted')).toEqual([undefined, 'Cart'])
  expect(await operationOf('/api/search')).toEqual([undefined, undefined])
  expect(JSON.stringify(server.spans())).not.toContain('visa')
})

test('the body of a request is not read by a getter, and fetch behaves as before', async ({
  page,
  visit,
  serve,
}) => {
  await visit(serve('/', ''))
  await waitForExtras(page)
  const seen = await page.evaluate(async () => {
    let reads = 0
    const init = {
      method: 'POST',
      get body() {
        reads++
        return '{"query":"{a}"}'
      },
    }
    await fetch('/api/graphql', init)
    return [reads, fetch.name, fetch.length, String(fetch).includes('native'), 'prototype' in fetch]
  })
  expect(seen).toEqual([1, 'fetch', 1, true, false])
})

test('health counts unusable settings and attributes without effect, without debug mode', async ({
  page,
  visit,
  serve,
}) => {
  await visit(
    serve('/', '', { attributes: 'data-sample-ratio="much" data-endpont="/x" data-turbo-track="a"' }),
  )
  await page.waitForFunction(() => window.throughline?.health().invalidSettings !== undefined)
  expect(await page.evaluate(() => window.throughline?.health().invalidSettings)).toBe(3)
})
