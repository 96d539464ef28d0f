import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../../test/collector.ts'
import { type EdgeOptions, tracing } from '../../index.ts'

const origin = new TestCollector()
const { hostname, port, host } = new URL(origin.url)

/** The client spans of the requests that a traced handler sends, in their order. */
async function clientSpansOf(send: () => Promise<unknown>, options: EdgeOptions = {}) {
  const collector = new TestCollector()
  const app = new Hono().use(tracing(collector.options(options))).get('/', async (c) => {
    await send()
    return c.text('ok')
  })
  const ctx = createExecutionContext()
  await (await app.fetch(new Request('http://x/'), {}, ctx)).text()
  await waitOnExecutionContext(ctx)
  return (await collector.spans()).filter(({ kind }) => kind === 3)
}

const read = async (...args: Parameters<typeof fetch>) => (await fetch(...args)).text()
const ignoreError = (promise: Promise<unknown>) => promise.catch(() => {})

describe('the address of a client span', () => {
  test('it has the host and the port of the address', async () => {
    const [span] = await clientSpansOf(() => read(`${origin.url}/echo`))
    expect(span?.values).toMatchObject({
      'url.full': `${origin.url}/echo`,
      'server.address': hostname,
      'server.port': Number(port),
    })
  })

  // The reserved name never resolves: https://www.rfc-editor.org/rfc/rfc6761#section-6.4
  test.each([
    ['http://shop.invalid/a', 'shop.invalid', 80],
    ['https://shop.invalid/a', 'shop.invalid', 443],
    ['https://shop.invalid:8443/a', 'shop.invalid', 8443],
    ['http://SHOP.invalid:80/a', 'shop.invalid', 80],
  ])('%s has the address %s and the port %d, also if it cannot be reached', async (url, address, number) => {
    const [span] = await clientSpansOf(() => ignoreError(read(url)))
    expect(span?.values).toMatchObject({ 'server.address': address, 'server.port': number })
    expect(span?.status.code).toBe(2)
    expect(span?.values['error.type']).toBe('Error')
    expect(span?.values).not.toHaveProperty('http.response.status_code')
  })

  test('a data: URL has neither a server nor a port', async () => {
    const [span] = await clientSpansOf(() => read('data:text/plain,hello'))
    expect(span?.values['url.full']).toBe('data:text/plain')
    expect(span?.values).not.toHaveProperty('server.address')
    expect(span?.values).not.toHaveProperty('server.port')
  })

  test('user name and password of an address are not recorded', async () => {
    const [span] = await clientSpansOf(() => ignoreError(read(`http://anna:secret@${host}/echo`)))
    expect(span?.values['url.full']).toBe(`http://REDACTED:REDACTED@${host}/echo`)
    expect(span?.values['server.address']).toBe(hostname)
    expect(JSON.stringify(span)).not.toMatch(/anna|secret/)
  })

  test('the values of the query are redacted, except for those of listed parameters', async () => {
    const [span] = await clientSpansOf(() => read(`${origin.url}/echo?page=2&q=umbrella`), {
      keepQuery: ['page'],
    })
    expect(span?.values['url.full']).toBe(`${origin.url}/echo?page=2&q=REDACTED`)
  })

  test('the same address is recorded by the options of each app', async () => {
    const send = () => read(`${origin.url}/echo?page=2`)
    const [kept] = await clientSpansOf(send, { keepQuery: ['page'] })
    const [redacted] = await clientSpansOf(send)
    expect(kept?.values['url.full']).toBe(`${origin.url}/echo?page=2`)
    expect(redacted?.values['url.full']).toBe(`${origin.url}/echo?page=REDACTED`)
  })

  test('a repeated address is recorded the same each time, also after more than 100 others', async () => {
    const path = `${origin.url}/users/anna@example.com`
    const [first] = await clientSpansOf(() => read(path))
    for (let part = 0; part < 6; part++) {
      await clientSpansOf(async () => {
        for (let index = 0; index < 20; index++) await read(`${origin.url}/other/${part}/${index}`)
      })
    }
    const [again, twice] = await clientSpansOf(async () => {
      await read(path)
      await read(path)
    })
    expect(first?.values['url.full']).toBe(`${origin.url}/users/REDACTED`)
    expect(again?.values['url.full']).toBe(first?.values['url.full'])
    expect(twice?.values['url.full']).toBe(first?.values['url.full'])
  })

  test('a long address is recorded', async () => {
    const long = `${origin.url}/${'a'.repeat(400)}`
    const [span] = await clientSpansOf(() => read(long))
    expect(span?.values['url.full']).toBe(long)
  })

  test('after a redirect it is the address that was requested first', async () => {
    const to = encodeURIComponent(`${origin.url}/echo`)
    const spans = await clientSpansOf(() => read(`${origin.url}/redirect/302?to=${to}`))
    expect(spans.map(({ values }) => values['url.full'])).toEqual([`${origin.url}/redirect/302?to=REDACTED`])
    expect(spans[0]?.values['http.response.status_code']).toBe(200)
  })
})

describe('the method of a client span', () => {
  test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])(
    '%s is the name of its span',
    async (method) => {
      const [span] = await clientSpansOf(() => read(`${origin.url}/echo`, { method }))
      expect(span?.name).toBe(method)
      expect(span?.values['http.request.method']).toBe(method)
      expect(span?.values).not.toHaveProperty('http.request.method_original')
    },
  )

  test('an unknown method is recorded as the original one, and the span is named HTTP', async () => {
    const [span] = await clientSpansOf(() => read(`${origin.url}/echo`, { method: 'PURGE' }))
    expect(span?.name).toBe('HTTP')
    expect(span?.values).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PURGE',
    })
  })
})

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
describe('the status of a client span', () => {
  test.each([200, 204, 300, 304])('it is unset after a response with %d', async (status) => {
    const [span] = await clientSpansOf(() => read(`${origin.url}/redirect/${status}`, { redirect: 'manual' }))
    expect(span?.values['http.response.status_code']).toBe(status)
    expect(span?.status.code ?? 0).toBe(0)
    expect(span?.values).not.toHaveProperty('error.type')
  })

  test.each([400, 404, 429, 500, 503])('it is ERROR without a description after %d', async (status) => {
    const [span] = await clientSpansOf(() => read(`${origin.url}/redirect/${status}`))
    expect(span?.status).toEqual({ code: 2 })
    expect(span?.values).toMatchObject({ 'http.response.status_code': status, 'error.type': String(status) })
  })
})
