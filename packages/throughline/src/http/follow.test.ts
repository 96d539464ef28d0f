import { describe, expect, test } from 'vitest'
import { type Routes, startSite } from '../../test/site.ts'
import { follow, tryFollow, withUserInfoOf } from './follow.ts'

const PATIENT = { timeoutMillis: 60_000 }
const to = (location: string, status = 302) => ({ status, headers: { location } })
const credentials = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

/** A site whose paths /0 to /n redirect to the next, and the last one answers. */
const chain = (length: number): Routes => ({
  ...Object.fromEntries(Array.from({ length }, (_, index) => [`GET /${index}`, to(`/${index + 1}`)])),
  [`GET /${length}`]: { body: 'end' },
})

const withUserInfo = (url: string, userInfo = 'ann:secret@') => new URL(url.replace('//', `//${userInfo}`))

describe('redirects', () => {
  test.each([0, 1, 5])('are followed %i times', async (length) => {
    const { url } = await startSite(chain(length))
    const { body, url: end } = await follow({ url: new URL('/0', url), ...PATIENT })
    expect([body, end.pathname]).toEqual(['end', `/${length}`])
  })

  test('are not followed more than five times', async () => {
    const { url } = await startSite(chain(6))
    const failure = await tryFollow({ url: new URL('/0', url), ...PATIENT })
    expect(failure).toMatchObject({
      kind: 'other',
      message: `${new URL(url).host} redirects more than 5 times`,
    })
  })

  test.each([301, 302, 303, 307, 308])('are followed for the status %i', async (status) => {
    const { url } = await startSite({ 'GET /': to('/next', status), 'GET /next': { body: 'next' } })
    expect((await follow({ url: new URL(url), ...PATIENT })).body).toBe('next')
  })

  test.each([200, 201, 300, 304, 404])('are not followed for the status %i', async (status) => {
    const { url, requests } = await startSite({ 'GET /': to('/next', status) })
    expect((await follow({ url: new URL(url), ...PATIENT })).status).toBe(status)
    expect(requests).toHaveLength(1)
  })

  test.each([
    ['without an address', { status: 302 }],
    ['with an empty address', to('')],
    ['with an address that cannot be parsed', to('http://:80/')],
  ])('%s are responses', async (_, route) => {
    const { url } = await startSite({ 'GET /': route })
    expect((await follow({ url: new URL(url), ...PATIENT })).status).toBe(302)
  })

  test.each(['file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,a', 'ftp://a.example/'])(
    'do not lead to %s',
    async (location) => {
      const { url } = await startSite({ 'GET /': to(location) })
      expect(await tryFollow({ url: new URL(url), ...PATIENT })).toMatchObject({
        kind: 'other',
        message: `${new URL(url).host} redirects to an address that begins with ${new URL(location).protocol}`,
      })
    },
  )

  test.each([
    ['a path', '/b/c', '/b/c'],
    ['a relative path', 'c', '/a/c'],
    ['a path above', '../c', '/c'],
    ['a query', '?c=1', '/a/b?c=1'],
  ])('can name %s', async (_, location, expected) => {
    const { url, requests } = await startSite({
      'GET /a/b': (request) => (requests.length > 1 ? { body: request.url ?? '' } : to(location)),
      'GET /*': (request) => ({ body: request.url ?? '' }),
    })
    expect((await follow({ url: new URL('/a/b', url), ...PATIENT })).body).toBe(expected)
  })

  test.each(['ftp://a.example/', 'javascript:alert(1)', 'data:text/html,a', 'file:///etc/passwd'])(
    'to %s are a failure',
    async (location) => {
      const { url } = await startSite({ 'GET /': to(location) })
      expect(await tryFollow({ url: new URL(url), ...PATIENT })).toMatchObject({ kind: 'other' })
    },
  )

  test('end in a time-out when the last address does not answer', async () => {
    let count = 0
    const { url } = await startSite({ 'GET /*': () => (++count === 3 ? 'hang' : to(`/${count}`)) })
    const failure = await tryFollow({ url: new URL(url), timeoutMillis: 400 })
    expect(failure).toMatchObject({ kind: 'timeout' })
  })

  test('have the headers of the first request', async () => {
    const { url, requests } = await startSite(chain(1))
    await follow({ url: new URL('/0', url), headers: { 'x-a': '1' }, ...PATIENT })
    expect(requests.map(({ headers }) => headers['x-a'])).toEqual(['1', '1'])
  })
})

describe('credentials', () => {
  test('are sent with each request to the first origin', async () => {
    const { url, requests } = await startSite(chain(2))
    const { url: end } = await follow({ url: new URL('/0', withUserInfo(url)), ...PATIENT })
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(3).fill(credentials('ann:secret')),
    )
    expect(end.href).not.toMatch(/ann|secret/)
  })

  test('are not sent to another origin', async () => {
    const other = await startSite({ 'GET /': { body: 'other' } })
    const { url } = await startSite({ 'GET /': to(other.url) })
    expect((await follow({ url: withUserInfo(url), ...PATIENT })).body).toBe('other')
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  test('are sent again when another origin redirects back', async () => {
    const other = await startSite({ 'GET /*': ({ url = '' }) => to(url.slice(1)) })
    const { url, requests } = await startSite({
      'GET /': (request) => to(`${other.url}http://${request.headers.host}/back`),
      'GET /back': { body: 'back' },
    })
    expect((await follow({ url: withUserInfo(url), ...PATIENT })).body).toBe('back')
    expect(other.requests[0]?.headers.authorization).toBeUndefined()
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill(credentials('ann:secret')),
    )
  })

  test.each([
    [
      'the same origin gets them',
      'http://a.example/b',
      'http://ann:secret@a.example/',
      'http://ann:secret@a.example/b',
    ],
    [
      'the same origin gets a password alone',
      'http://a.example/b',
      'http://:secret@a.example/',
      'http://:secret@a.example/b',
    ],
    [
      'its own user info stays',
      'http://bob@a.example/',
      'http://ann:secret@a.example/',
      'http://bob@a.example/',
    ],
    [
      'another port gets none',
      'http://a.example:81/',
      'http://ann:secret@a.example/',
      'http://a.example:81/',
    ],
    ['another scheme gets none', 'https://a.example/', 'http://ann:secret@a.example/', 'https://a.example/'],
    ['a subdomain gets none', 'http://b.a.example/', 'http://ann:secret@a.example/', 'http://b.a.example/'],
    [
      'the name with a dot at its end gets none',
      'http://a.example./',
      'http://ann:secret@a.example/',
      'http://a.example./',
    ],
  ])('%s', (_, url, page, expected) => {
    const given = new URL(url)
    expect(withUserInfoOf(given, new URL(page)).href).toBe(expected)
    expect(given.href).toBe(url)
  })
})
