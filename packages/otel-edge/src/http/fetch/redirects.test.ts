import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../../test/collector.ts'
import { tracing } from '../../index.ts'

const collector = new TestCollector()
const named = new URL(collector.url)
/** The same server with another host name, which makes it another origin. */
const other = new URL(collector.url)
other.hostname = 'localhost'

const redirect = (status: number, to?: string, from = named) =>
  `${from}/redirect/${status}${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`

type Call = () => Promise<Response>

/** The result of a `fetch` in a traced handler whose option `propagateTo` lists one origin. */
async function inWorker(call: Call, env: object = {}): Promise<unknown> {
  let seen: unknown
  const app = new Hono()
    .use(tracing(collector.options({ propagateTo: [named.origin] })))
    .get('/', async (c) => {
      seen = await describeAnswer(call)
      return c.text('ok')
    })
  const ctx = createExecutionContext()
  const headers = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, baggage: 'user=anna' }
  await app.fetch(new Request('http://x/', { headers }), env, ctx)
  await waitOnExecutionContext(ctx)
  return seen
}

/** The properties of a response that a caller can see, and the request that the last server has received. */
async function describeAnswer(call: Call): Promise<unknown> {
  try {
    const response = await call()
    const { status, url, redirected } = response
    return { status, url, redirected, got: parse(await response.text()) }
  } catch (error) {
    return { isTypeError: error instanceof TypeError }
  }
}

function parse(text: string): unknown {
  if (!text.startsWith('{')) return text
  const { traceparent, tracestate, baggage, ...rest } = JSON.parse(text)
  // The Fetch standard removes the body's headers together with the body. The runtime does not.
  if (rest[':method'] === 'GET') delete rest['content-type']
  return rest
}

const echo = (origin: URL) => `${origin}/echo`
const headers = { authorization: 'secret', cookie: 'a=1', 'content-type': 'text/plain', 'x-own': 'yes' }
const STATUSES = [301, 302, 303, 307, 308]

describe('a redirect has the same result traced and untraced when `propagateTo` lists an origin', () => {
  const bodies: [string, () => BodyInit][] = [
    ['text', () => 'text'],
    ['bytes', () => new TextEncoder().encode('bytes')],
    ['a form', () => new URLSearchParams({ a: '1' })],
  ]
  test.each<[string, Call]>([
    ...STATUSES.flatMap((status): [string, Call][] => [
      [`${status} of GET`, () => fetch(redirect(status, echo(other)), { headers })],
      [`${status} of GET within the origin`, () => fetch(redirect(status, echo(named)), { headers })],
      [
        `${status} of GET to a path`,
        () => fetch(redirect(status, `${named.pathname}/echo#part`), { headers }),
      ],
      [`${status} of HEAD`, () => fetch(redirect(status, echo(other)), { method: 'HEAD' })],
      [`${status} of DELETE`, () => fetch(redirect(status, echo(other)), { method: 'DELETE', headers })],
      ...bodies.flatMap(([name, body]): [string, Call][] => [
        [
          `${status} of POST with ${name}`,
          () => fetch(redirect(status, echo(other)), { method: 'POST', body: body() }),
        ],
        [
          `${status} of a Request by PUT with ${name}`,
          () => fetch(new Request(redirect(status, echo(other)), { method: 'PUT', headers, body: body() })),
        ],
        [
          `${status} of a Request by POST with ${name}`,
          () => fetch(new Request(redirect(status, echo(other)), { method: 'POST', headers, body: body() })),
        ],
      ]),
      [`${status}, redirect: manual`, () => fetch(redirect(status, echo(other)), { redirect: 'manual' })],
      [
        `${status}, a Request with redirect: manual`,
        () => fetch(new Request(redirect(status, echo(other)), { redirect: 'manual' })),
      ],
      [`${status} without Location`, () => fetch(redirect(status))],
      [`${status} there and back`, () => fetch(redirect(status, redirect(status, echo(named), other)))],
    ]),
    ['a loop', () => fetch(redirect(302, 'self'))],
    ['an address that is none', () => fetch(redirect(302, 'http://'))],
    ['another scheme', () => fetch(redirect(302, 'ftp://x/'))],
    [
      '303 of a stream',
      () => fetch(redirect(303, echo(other)), { method: 'POST', body: new Blob(['text']).stream() }),
    ],
    [
      '307 of a stream',
      () => fetch(redirect(307, echo(other)), { method: 'POST', body: new Blob(['text']).stream() }),
    ],
    ['200', () => fetch(echo(named), { headers })],
    ['300', () => fetch(redirect(300, echo(other)))],
  ])('a redirect has the same result traced and untraced: %s', async (_, call) => {
    expect(await inWorker(call)).toEqual(await describeAnswer(call))
  })
})

describe('only named origins get the context, also across redirects', () => {
  const contextAt = async (call: Call, env: object = {}) => {
    let seen: unknown
    await inWorker(async () => {
      const response = await call()
      const { traceparent = '', baggage } = (await response.clone().json()) as Record<string, string>
      seen = [traceparent.slice(3, 35), baggage]
      return response
    }, env)
    return seen
  }
  const GIVEN = ['a'.repeat(32), 'user=anna']
  const NONE = ['', undefined]
  test.each<[string, Call, unknown]>([
    ['a named origin', () => fetch(echo(named)), GIVEN],
    ['another origin', () => fetch(echo(other)), NONE],
    ['a named origin behind itself', () => fetch(redirect(302, echo(named))), GIVEN],
    ...STATUSES.map((status): [string, Call, unknown] => [
      `another origin behind ${status}`,
      () => fetch(redirect(status, echo(other)), { method: 'POST', body: 'x' }),
      NONE,
    ]),
    ['another origin behind two', () => fetch(redirect(302, redirect(307, echo(other)))), NONE],
    ['a named origin behind another', () => fetch(redirect(302, redirect(302, echo(named), other))), NONE],
    ['another origin behind a Request', () => fetch(new Request(redirect(302, echo(other)))), NONE],
  ])('a redirect sends the context to listed origins only: %s', async (_, call, expected) => {
    expect(await contextAt(call)).toEqual(expected)
    expect(await contextAt(call, { OTEL_SDK_DISABLED: 'true' })).toEqual(expected)
  })
})
