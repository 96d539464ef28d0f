import { type Case, type Cases, casesOf, type Twin } from '../case.ts'
import { describe, headersOf, isStable, type Seen } from '../describe.ts'

const send = (...args: unknown[]): Promise<Response> => Reflect.apply(fetch, undefined, args)

async function echoOf(work: () => Promise<Response>): Promise<Seen> {
  try {
    const response = await work()
    return [response.status, response.url.replace(/:\d+/, ''), response.redirected, await response.text()]
  } catch (error) {
    return { rejects: describe(error) }
  }
}

function TwinFails(): never {
  throw new RangeError('no more headers')
}

/** Arguments of `fetch`, created for each use because some can be read only once. */
const ARGUMENTS: Readonly<Record<string, (echo: string) => unknown[]>> = {
  none: () => [],
  undefined: () => [undefined],
  null: () => [null],
  'a number': () => [7],
  'an invalid address': () => ['http://'],
  'a relative address': () => ['/echo'],
  'an unknown scheme': () => ['ftp://x/'],
  'credentials in the address': (echo) => [echo.replace('//', '//user:pass@')],
  'a fragment': (echo) => [`${echo}#part`],
  'an address with blanks': (echo) => [` ${echo}?a=b c `],
  'a URL': (echo) => [new URL(echo)],
  'an object with toString': (echo) => [{ toString: () => echo }],
  'an object whose toString throws': () => [
    {
      toString() {
        throw new RangeError('no text')
      },
    },
  ],
  'a request': (echo) => [new Request(echo, { headers: { 'x-own': '1' } })],
  'a request with a body': (echo) => [new Request(echo, { method: 'POST', body: 'of the request' })],
  'a request and options': (echo) => [
    new Request(echo, { method: 'POST', body: 'of the request', headers: { 'x-own': '1' } }),
    { method: 'PUT', headers: { 'x-other': '2' }, body: 'of the options' },
  ],
  'a request and undefined': (echo) => [new Request(echo, { headers: { 'x-own': '1' } }), undefined],
  'a request and null': (echo) => [new Request(echo), null],
  'a used request': (echo) => {
    const request = new Request(echo, { method: 'POST', body: 'used' })
    void request.text()
    return [request]
  },
  'a subclass of Request': (echo) => [
    new (class TwinRequest extends Request {})(echo, { headers: { a: 'b' } }),
  ],
  'null options': (echo) => [echo, null],
  'a text for options': (echo) => [echo, 'POST'],
  'a number for options': (echo) => [echo, 5],
  'a third argument': (echo) => [echo, {}, { method: 'DELETE' }],
  'a request as options': (echo) => [
    echo,
    new Request(echo, { method: 'POST', body: 'b', headers: { 'x-own': '1' } }),
  ],
  'options with a prototype': (echo) => [echo, Object.create({ method: 'POST', body: 'inherited' })],
  'options of a class': (echo) => [
    echo,
    new (class TwinInit {
      method = 'PUT'
      get body() {
        return 'by getter'
      }
    })(),
  ],
  'options without a prototype': (echo) => [
    echo,
    Object.assign(Object.create(null), {
      method: 'POST',
      headers: Object.assign(Object.create(null), { a: '1' }),
    }),
  ],
  'options with throwing getters': (echo) => [
    echo,
    {
      get method(): string {
        throw new TypeError('do not read')
      },
    },
  ],
  'hidden options': (echo) => [
    echo,
    Object.defineProperty({}, 'method', { value: 'POST', enumerable: false }),
  ],
  'frozen options': (echo) => [
    echo,
    Object.freeze({ method: 'POST', body: 'b', headers: Object.freeze({ a: '1' }) }),
  ],
  'a proxy as options': (echo) => [echo, new Proxy({ method: 'POST', body: 'proxied' }, {})],
  'a function as options': (echo) => [echo, Object.assign(() => {}, { method: 'POST' })],
  'an array as options': (echo) => [echo, []],
  'lower-case method': (echo) => [echo, { method: 'post', body: 'x' }],
  'lower-case patch': (echo) => [echo, { method: 'patch', body: 'x' }],
  'an unknown method': (echo) => [echo, { method: 'BREW' }],
  'method QUERY': (echo) => [echo, { method: 'QUERY', body: 'x' }],
  'a method with blanks': (echo) => [echo, { method: 'NO WAY' }],
  'a number as method': (echo) => [echo, { method: 1 }],
  'an empty method': (echo) => [echo, { method: '' }],
  'method undefined': (echo) => [echo, { method: undefined }],
  'method null': (echo) => [echo, { method: null }],
  'a method object': (echo) => [echo, { method: { toString: () => 'PUT' } }],
  'a symbol as method': (echo) => [echo, { method: Symbol('x') }],
  'a body on GET': (echo) => [echo, { body: 'x' }],
  'headers undefined': (echo) => [echo, { headers: undefined }],
  'headers null': (echo) => [echo, { headers: null }],
  'headers as text': (echo) => [echo, { headers: 'x-own: 1' }],
  'headers as number': (echo) => [echo, { headers: 3 }],
  Headers: (echo) => [echo, { headers: new Headers({ 'X-Own': '1', accept: 'text/html' }) }],
  'headers in pairs': (echo) => [
    echo,
    {
      headers: [
        ['x-own', '1'],
        ['x-own', '2'],
        ['X-Other', '3'],
      ],
    },
  ],
  'headers in a map': (echo) => [echo, { headers: new Map([['x-own', '1']]) }],
  'headers by generator': (echo) => [
    echo,
    {
      headers: (function* () {
        yield ['x-own', '1']
      })(),
    },
  ],
  'headers in triples': (echo) => [echo, { headers: [['a', 'b', 'c']] }],
  'headers with numbers': (echo) => [
    echo,
    { headers: { 'x-own': 1, 'x-null': null, 'x-undefined': undefined } },
  ],
  'headers with a symbol': (echo) => [echo, { headers: { a: '1', [Symbol('s')]: 'x' } }],
  'headers with a hidden key': (echo) => [
    echo,
    { headers: Object.defineProperty({ a: '1' }, 'b', { value: '2', enumerable: false }) },
  ],
  'headers that are inherited': (echo) => [echo, { headers: Object.create({ 'x-own': '1' }) }],
  'headers of a class': (echo) => [
    echo,
    {
      headers: new (class TwinHeaders {
        'x-own' = '1'
        get other() {
          return '2'
        }
      })(),
    },
  ],
  'headers in two cases': (echo) => [echo, { headers: { 'x-own': '1', 'X-OWN': '2' } }],
  'a wrong header name': (echo) => [echo, { headers: { 'x own': '1' } }],
  'an empty header name': (echo) => [echo, { headers: { '': '1' } }],
  'a wrong header value': (echo) => [echo, { headers: { 'x-own': 'a\nb' } }],
  'a header value beyond Latin-1': (echo) => [echo, { headers: { 'x-own': 'žluť' } }],
  'a header value with blanks': (echo) => [echo, { headers: { 'x-own': '  a  ' } }],
  'an array as header value': (echo) => [echo, { headers: { 'x-own': ['1', '2'] } }],
  'a throwing header getter': (echo) => [
    echo,
    {
      headers: {
        get a(): string {
          throw new RangeError('no header')
        },
      },
    },
  ],
  'a header named __proto__': (echo) => [
    echo,
    { headers: JSON.parse('{"__proto__": "1", "constructor": "2"}') },
  ],
  'an aborted signal': (echo) => [echo, { signal: AbortSignal.abort() }],
  'an aborted signal with a reason': (echo) => [echo, { signal: AbortSignal.abort(new RangeError('mine')) }],
  'a signal that is none': (echo) => [echo, { signal: {} }],
  'signal null': (echo) => [echo, { signal: null }],
  'redirect manual': (echo) => [echo.replace('echo', 'redirect'), { redirect: 'manual' }],
  'redirect error': (echo) => [echo.replace('echo', 'redirect'), { redirect: 'error' }],
  'redirect unknown': (echo) => [echo, { redirect: 'never' }],
  'a redirect with a body': (echo) => [
    echo.replace('echo', 'permanent-redirect'),
    { method: 'POST', body: 'again' },
  ],
  'a redirect with a stream': (echo) => [
    echo.replace('echo', 'permanent-redirect'),
    { method: 'POST', body: new Response('once').body },
  ],
  'cache no-store': (echo) => [echo, { cache: 'no-store' }],
  'cache unknown': (echo) => [echo, { cache: 'whenever' }],
  'cf options': (echo) => [echo, { cf: { cacheTtl: 5 } }],
  'encodeResponseBody manual': (echo) => [echo.replace('echo', 'gzip'), { encodeResponseBody: 'manual' }],
  'encodeResponseBody manual of a class': (echo) => [
    echo.replace('echo', 'gzip'),
    new (class TwinManual {
      encodeResponseBody = 'manual'
    })(),
  ],
  'a request and encodeResponseBody manual': (echo) => [
    new Request(echo.replace('echo', 'gzip')),
    { encodeResponseBody: 'manual' },
  ],
  'a request with a body and other headers': (echo) => [
    new Request(echo, { method: 'POST', body: 'of the request', headers: { 'x-own': '1', a: 'b' } }),
    { headers: { 'x-other': '2' } },
  ],
  'a request with a body and null for it': (echo) => [
    new Request(echo, { method: 'POST', body: 'of the request' }),
    { body: null },
  ],
  'a request with cf and a signal': (echo) => [
    new Request(echo, { cf: { cacheTtl: 1 }, signal: AbortSignal.abort(new RangeError('of the request')) }),
  ],
  'a request for redirects by hand': (echo) => [
    new Request(echo.replace('echo', 'redirect'), { redirect: 'manual' }),
  ],
  'headers that throw when they are iterated': (echo) => [
    echo,
    {
      headers: (function* () {
        yield ['a', '1']
        TwinFails()
      })(),
    },
  ],
  'a function as headers': (echo) => [echo, { headers: Object.assign(() => {}, { a: '1' }) }],
  'a text body': (echo) => [echo, { method: 'POST', body: 'grüß' }],
  'a number body': (echo) => [echo, { method: 'POST', body: 12 }],
  'an object body': (echo) => [echo, { method: 'POST', body: {} }],
  'a buffer body': (echo) => [echo, { method: 'POST', body: new Uint8Array([1, 2, 255]).buffer }],
  'a view body': (echo) => [echo, { method: 'POST', body: new Uint8Array([0, 1, 2, 3]).subarray(1, 3) }],
  'a blob body': (echo) => [echo, { method: 'POST', body: new Blob(['blob'], { type: 'text/css' }) }],
  'a form body': (echo) => {
    const body = new FormData()
    body.set('a', 'b')
    body.set('f', new File(['file'], 'f.txt'))
    return [echo, { method: 'POST', body }]
  },
  'parameters as body': (echo) => [echo, { method: 'POST', body: new URLSearchParams({ a: 'é' }) }],
  'a stream body': (echo) => [echo, { method: 'POST', body: new Response('streamed').body }],
  'a stream body with duplex': (echo) => [
    echo,
    { method: 'POST', duplex: 'half', body: new Response('streamed').body },
  ],
  'a transformed body': (echo) => {
    const { readable, writable } = new TransformStream()
    void new Response('transformed').body?.pipeTo(writable)
    return [echo, { method: 'POST', body: readable }]
  },
  'a body of fixed length': (echo) => {
    const { readable, writable } = new FixedLengthStream(5)
    void new Response('fixed').body?.pipeTo(writable)
    return [echo, { method: 'POST', body: readable }]
  },
  'a locked body': (echo) => {
    const { body } = new Response('locked')
    body?.getReader()
    return [echo, { method: 'POST', body }]
  },
  'an iterable body': (echo) => [
    echo,
    {
      method: 'POST',
      async *[Symbol.asyncIterator]() {
        yield 'x'
      },
      body: (async function* () {
        yield new TextEncoder().encode('iterated')
      })(),
    },
  ],
  'an empty body': (echo) => [echo, { method: 'POST', body: '' }],
  'body null': (echo) => [echo, { method: 'POST', body: null }],
  'body undefined': (echo) => [echo, { method: 'POST', body: undefined }],
  'a content type of its own': (echo) => [
    echo,
    { method: 'POST', body: 'x', headers: { 'content-type': 'a/b' } },
  ],
  'a content length of its own': (echo) => [
    echo,
    { method: 'POST', body: 'four', headers: { 'content-length': '4' } },
  ],
  'a closed port': () => ['http://127.0.0.1:1/'],
}

/** `fetch` of the open network and of a service, with every kind of argument. */
export const ARGUMENT_CASES: Cases = casesOf(
  Object.entries(ARGUMENTS).flatMap(([name, make]): [string, Case][] => [
    [
      `fetch with ${name}`,
      ({ env }) =>
        echoOf(() => {
          const args = make(`${env.ORIGIN}/echo`)
          return send(...args)
        }),
    ],
    [
      `a service's fetch with ${name}`,
      ({ env }) =>
        echoOf(() => {
          const args = make('http://service/echo')
          return Reflect.apply(env.SERVICE.fetch, env.SERVICE, args) as Promise<Response>
        }),
    ],
  ]),
)

/** Objects that record the order in which their properties are read. */
function watched(target: object, name: string, log: string[]): object {
  return Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(target).map(([key, value]) => [
        key,
        {
          enumerable: true,
          get() {
            log.push(`${name}.${key}`)
            return value
          },
        },
      ]),
    ),
  )
}

export const FETCH_CASES: Cases = {
  'fetch itself as a function': () => [
    describe(fetch),
    describe(Object.getOwnPropertyDescriptor(globalThis, 'fetch')),
    Object.keys(fetch),
    'prototype' in fetch,
    fetch === globalThis.fetch,
    describe(Object.getPrototypeOf(fetch) === Function.prototype),
  ],
  'fetch called as a constructor': () => Reflect.construct(fetch as unknown as new () => object, []),
  'fetch called on another object': async ({ env }) =>
    (await Reflect.apply(fetch, { other: true }, [`${env.ORIGIN}/text`])).status,
  "fetch's way of failing": async ({ attempt }) => [
    await attempt(() => send()),
    await attempt(() => send('http://')),
  ],
  'fetch leaves the options as they were': async ({ env }) => {
    const headers = { 'x-own': '1', traceparent: 'mine' }
    const init = { method: 'POST', body: 'b', headers }
    await (await fetch(`${env.ORIGIN}/echo`, init)).text()
    return [init, init.headers === headers]
  },
  'fetch leaves a request as it was': async ({ env }) => {
    const request = new Request(`${env.ORIGIN}/echo`, {
      method: 'POST',
      body: 'b',
      headers: { 'x-own': '1' },
    })
    await (await fetch(request)).text()
    return [
      request.bodyUsed,
      headersOf(request.headers),
      request.url.length,
      await request.text().catch(describe),
    ]
  },
  'fetch reads each option once': async ({ env }) => {
    const log: string[] = []
    const headers = watched({ 'x-own': '1', 'x-other': '2' }, 'headers', log)
    const init = watched({ method: 'POST', body: 'b', headers, redirect: 'manual' }, 'init', log)
    const text = await (await fetch(`${env.ORIGIN}/echo`, init as RequestInit)).text()
    return [[...log].sort(), text]
  },
  'fetch converts at the time of the call': async ({ env }) => {
    const init = { method: 'POST', body: 'before', headers: { 'x-own': 'before' } }
    const sent = fetch(`${env.ORIGIN}/echo`, init)
    init.body = 'after'
    init.headers['x-own'] = 'after'
    return await (await sent).text()
  },
  'an abort while a body is read': async ({ env, attempt }) => {
    const controller = new AbortController()
    const response = await fetch(`${env.ORIGIN}/chunked`, { signal: controller.signal })
    const reader = response.body?.getReader()
    await reader?.read()
    controller.abort(new RangeError('enough'))
    return [
      await attempt(async () => {
        for (;;) if ((await reader?.read())?.done) return 'the end'
      }),
    ]
  },
  'an abort before the response comes': async ({ env, attempt }) => {
    const controller = new AbortController()
    const sent = fetch(`${env.ORIGIN}/chunked`, { signal: controller.signal })
    controller.abort()
    return [await attempt(() => sent)]
  },
  'the class of a fetched response': async ({ env }) => {
    const response = await fetch(`${env.ORIGIN}/text`)
    return [
      response instanceof Response,
      response.constructor === Response,
      response.body?.constructor === ReadableStream,
      response.body instanceof ReadableStream,
      isStable(() => response.body),
      Object.prototype.toString.call(response),
      Object.prototype.toString.call(response.body),
      Reflect.ownKeys(response),
      Object.isExtensible(response),
      JSON.stringify(response),
      Object.keys(response.body ?? {}),
      response.text.name,
      response.text.length,
      isStable(() => response.text),
      response.body?.getReader.name,
      response.body?.getReader.length,
      response.headers instanceof Headers,
      await response.text(),
    ]
  },
  'the prototypes of a fetched response': async ({ env }) => {
    const response = await fetch(`${env.ORIGIN}/text`)
    return [
      Object.getPrototypeOf(response) === Response.prototype,
      Object.getPrototypeOf(response.body) === ReadableStream.prototype,
    ]
  },
  'methods taken from prototypes': async ({ env }) => {
    const { text } = Response.prototype
    const { getReader, tee, pipeThrough } = ReadableStream.prototype
    const get = () => fetch(`${env.ORIGIN}/text`)
    const bodyOf = async () => (await get()).body as ReadableStream
    const [left] = Reflect.apply(tee, await bodyOf(), [])
    const through = Reflect.apply(pipeThrough, await bodyOf(), [new TextDecoderStream()])
    return [
      await Reflect.apply(text, await get(), []),
      describe(await Reflect.apply(getReader, await bodyOf(), []).read()),
      await new Response(left).text(),
      describe(await through.getReader().read()),
    ]
  },
  'a fetched response used wrongly': async ({ env, attempt }) => {
    const response = await fetch(`${env.ORIGIN}/text`)
    const { body } = response as { body: ReadableStream }
    const call = (target: unknown, method: string, ...args: unknown[]) =>
      attempt(() => Reflect.apply(Reflect.get(target as object, method) as () => unknown, target, args))
    return [
      await call(body, 'getReader', { mode: 'other' }),
      await call(body, 'getReader', 5),
      await call(body, 'pipeThrough'),
      await call(body, 'pipeThrough', {}),
      await call(body, 'pipeTo', {}),
      await call(body, 'values', 7),
      await attempt(() => Reflect.apply(response.text, {}, [])),
      await attempt(() => Reflect.apply(body.getReader, {}, [])),
      await attempt(() => Reflect.get(Response.prototype, 'body', response)),
      await attempt(() => response.headers.set('a', 'b')),
      await attempt(() => Reflect.set(response, 'status', 5)),
      await attempt(() => Reflect.set(body, 'locked', 5)),
      body.locked,
      await call(response, 'json'),
      await call(response, 'json'),
    ]
  },
  'many fetches at once': async ({ env }) => {
    const pages = ['text', 'json', 'long', 'gzip', 'chunked', 'not-found']
    return await Promise.all(
      pages.map(async (page) => (await (await fetch(`${env.ORIGIN}/${page}`)).text()).length),
    )
  },
  'the order of events around a fetch': async ({ env }) => {
    const log: string[] = []
    const sent = fetch(`${env.ORIGIN}/text`).then(async (response) => {
      log.push('response')
      log.push(await response.text())
    })
    queueMicrotask(() => log.push('microtask'))
    log.push('called')
    await sent
    return log
  },
  'a text from a response passed through a request': async ({ env }) => {
    const { body } = await fetch(`${env.ORIGIN}/long`)
    const echoed = await fetch(`${env.ORIGIN}/echo`, { method: 'POST', body })
    return await echoed.json()
  },
  'a fetched body with its length passed on': async ({ env }) => {
    const { body } = await fetch(`${env.ORIGIN}/text`)
    return await (await fetch(`${env.ORIGIN}/echo`, { method: 'PUT', body })).json()
  },
  'a response of the type error': () => Response.error(),
  'a promise of fetch': async ({ env }) => {
    const sent = fetch(`${env.ORIGIN}/text`)
    const seen = [sent instanceof Promise, sent.constructor === Promise, Object.prototype.toString.call(sent)]
    return [...seen, (await sent).ok]
  },
  'WebSocket of an address': async ({ env }: Twin) => {
    const socket = new WebSocket(`${env.ORIGIN.replace('http', 'ws')}/text`)
    return await new Promise((resolve) => {
      socket.addEventListener('error', (event) => resolve([event.type, describe(event.constructor)]))
      socket.addEventListener('open', () => resolve('open'))
    })
  },
}
