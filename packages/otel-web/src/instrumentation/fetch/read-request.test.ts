import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Method } from '../../platform/patch.ts'
import { createRequestReader, type ReadRequest } from './read-request.ts'

const URL_A = 'https://shop.example/api'
const ADDED = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }

/** A `fetch` that the page has replaced: its source text is not that of the native function. */
const foreign: Method = () => undefined

let read: ReadRequest
beforeAll(() => {
  vi.stubGlobal('window', globalThis)
  read = createRequestReader()
})
afterAll(() => {
  vi.unstubAllGlobals()
})

/** The request that a native `fetch` makes with the returned arguments. */
function sentOf(args: unknown[]): Request {
  const asked = read(foreign, args)
  if (!asked) throw new Error('the arguments were not understood')
  return Reflect.construct(Request, asked.args(ADDED)) as Request
}

// https://fetch.spec.whatwg.org/#dom-global-fetch
describe('the URL and the method', () => {
  test.each<[string, unknown[], string, string]>([
    ['of a string', [URL_A], URL_A, 'GET'],
    ['of a URL', [new URL('?a=1', URL_A)], `${URL_A}?a=1`, 'GET'],
    ['of a relative string are resolved later', ['/api'], '/api', 'GET'],
    ['of init', [URL_A, { method: 'put' }], URL_A, 'put'],
    ['of an init without a method', [URL_A, { method: undefined }], URL_A, 'GET'],
    ['of an init that is null', [URL_A, null], URL_A, 'GET'],
    ['of an init with a prototype', [URL_A, Object.create({ method: 'POST' })], URL_A, 'POST'],
    ['of a Request', [new Request(URL_A, { method: 'post' })], URL_A, 'POST'],
    ['of a Request and init', [new Request(URL_A), { method: 'delete' }], URL_A, 'DELETE'],
    ['of a Request without its fragment', [new Request(`${URL_A}#top`)], `${URL_A}#top`, 'GET'],
  ])('%s', (_, ...[args, url, method]) => {
    expect(read(foreign, args)).toMatchObject({ url, method })
  })
})

test('the signal is that of init or of the Request', () => {
  const { signal } = new AbortController()
  expect(read(foreign, [URL_A, { signal }])?.signal).toBe(signal)
  expect(read(foreign, [URL_A])?.signal).toBeUndefined()
  const own = read(foreign, [new Request(URL_A, { signal: AbortSignal.abort('gone') })])
  expect(own?.signal?.reason).toBe('gone')
})

describe('the trace headers are added', () => {
  test.each<[string, () => unknown[]]>([
    ['to no headers', () => [URL_A]],
    ['to a record', () => [URL_A, { headers: { accept: 'text/html' } }]],
    ['to Headers', () => [URL_A, { headers: new Headers({ accept: 'text/html' }) }]],
    ['to a Request', () => [new Request(URL_A, { headers: { accept: 'text/html' } })]],
    ['to a Request with init', () => [new Request(URL_A), { headers: { accept: 'text/html' } }]],
  ])('%s', (_, args) => {
    const { headers } = sentOf(args())
    expect(headers.get('traceparent')).toBe(ADDED.traceparent)
    expect(['text/html', null]).toContain(headers.get('accept'))
  })

  test('and a traceparent of the caller is kept', () => {
    const headers = { traceparent: 'own' }
    expect(sentOf([URL_A, { headers }]).headers.get('traceparent')).toBe('own')
    expect(sentOf([new Request(URL_A, { headers })]).headers.get('traceparent')).toBe('own')
  })

  test('to a copy of init, with every other member', () => {
    const init = Object.freeze({ method: 'POST', body: 'x', credentials: 'include', ownOption: 7 })
    const args = read(foreign, [URL_A, init])?.args(ADDED)
    expect(args).toEqual([URL_A, { ...init, headers: ADDED }])
    expect(init).not.toHaveProperty('headers')
  })

  test('to none when the headers are invalid, so that `fetch` itself refuses them', () => {
    const headers = { 'not a name': 'x' }
    expect(read(foreign, [URL_A, { headers }])?.args(ADDED)).toEqual([URL_A, { headers }])
  })

  test('to the same Request for an origin that gets none', async () => {
    const [request] = read(foreign, [new Request(URL_A, { method: 'POST', body: 'x' })])?.args({}) ?? []
    expect((request as Request).headers.has('traceparent')).toBe(false)
    expect(await (request as Request).text()).toBe('x')
  })
})

test('each member of init is read once', () => {
  const reads: Record<string, number> = {}
  const init = Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries({ method: 'POST', headers: { a: '1' }, body: 'x' }).map(([name, value]) => [
        name,
        {
          enumerable: true,
          get() {
            reads[name] = (reads[name] ?? 0) + 1
            return value
          },
        },
      ]),
    ),
  )
  expect(sentOf([URL_A, init]).method).toBe('POST')
  expect(reads).toEqual({ method: 1, headers: 1, body: 1 })
})

test('the body of a Request is consumed as usual', async () => {
  const request = new Request(URL_A, { method: 'POST', body: 'x' })
  const sent = sentOf([request])
  expect(await sent.text()).toBe('x')
  expect(() => read(foreign, [request])).toThrow(TypeError)
})

test('errors of a Request are those of the platform', () => {
  expect(() => read(foreign, [new Request(URL_A), { method: 'TRACE' }])).toThrow(TypeError)
  expect(() => read(foreign, [new Request(URL_A), { body: 'x' }])).toThrow(TypeError)
})

test.each<[string, unknown[]]>([
  ['no arguments', []],
  ['an object of a library', [{ url: URL_A }]],
  ['a number', [7]],
  ['a callback as init', [URL_A, () => {}]],
  ['a string as init', [URL_A, 'POST']],
])('arguments that only a replaced fetch takes are passed on: %s', (_, args) => {
  expect(read(foreign, args)).toBeUndefined()
})
