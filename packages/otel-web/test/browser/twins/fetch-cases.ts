// biome-ignore-all lint/complexity/noCommaOperator: a getter that notes its call is one line
import type { Case, Cases, Kit } from './kit.ts'

const text = async (kit: Kit, input: RequestInfo | URL, init?: RequestInit) => {
  const response = await fetch(input, init)
  kit.log(response)
  return response.text()
}
/** Values that TypeScript rejects. */
const odd = (value: unknown) => value as never

/** Members of `init`, one in each case. Requests that can have a body use POST. */
const INITS: Readonly<Record<string, () => RequestInit>> = {
  'method POST': () => ({ method: 'POST' }),
  'method post': () => ({ method: 'post' }),
  'method patch in lower case': () => ({ method: 'patch' }),
  'method QUERY': () => ({ method: 'QUERY' }),
  'method HEAD': () => ({ method: 'HEAD' }),
  'method of its own': () => ({ method: 'X-own' }),
  'method CONNECT': () => ({ method: 'CONNECT' }),
  'method empty': () => ({ method: '' }),
  'method with a space': () => ({ method: 'GE T' }),
  'method null': () => ({ method: odd(null) }),
  'method a symbol': () => ({ method: odd(Symbol('m')) }),
  'headers record': () => ({ headers: { 'X-A': '1', 'x-b': '2' } }),
  'headers array': () => ({
    headers: [
      ['x-a', '1'],
      ['x-a', '2'],
    ],
  }),
  'headers Headers': () => ({ headers: new Headers({ 'x-a': '1' }) }),
  'headers Map': () => ({ headers: odd(new Map([['x-a', '1']])) }),
  'headers generator': () => ({
    headers: odd(
      (function* () {
        yield ['x-a', '1']
      })(),
    ),
  }),
  'headers with numbers': () => ({ headers: odd({ 'x-a': 1, 'x-b': null, 'x-c': undefined }) }),
  'headers inherited': () => ({ headers: Object.create({ 'x-a': '1' }) }),
  'headers with a symbol': () => ({ headers: odd({ [Symbol('s')]: '1' }) }),
  'headers hidden property': () => ({
    headers: Object.defineProperty({ 'x-b': '1' }, 'x-a', { value: '1' }) as Record<string, string>,
  }),
  'headers null': () => ({ headers: odd(null) }),
  'headers a string': () => ({ headers: odd('x-a: 1') }),
  'headers a number': () => ({ headers: odd(5) }),
  'headers bad name': () => ({ headers: { 'x a': '1' } }),
  'headers bad value': () => ({ headers: { 'x-a': 'a\nb' } }),
  'headers not Latin-1': () => ({ headers: { 'x-a': '☃' } }),
  'headers bad pair': () => ({ headers: odd([['x-a']]) }),
  'headers that are forbidden': () => ({ headers: { cookie: 'a=1', host: 'x', 'sec-own': '1' } }),
  'headers content type': () => ({
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  }),
  'headers whose record is a proxy that logs nothing': () => ({ headers: new Proxy({ 'x-a': '1' }, {}) }),
  'body text': () => ({ method: 'POST', body: 'text' }),
  'body empty': () => ({ method: 'POST', body: '' }),
  'body URLSearchParams': () => ({ method: 'POST', body: new URLSearchParams('a=1&b=2') }),
  'body Blob': () => ({ method: 'POST', body: new Blob(['blob'], { type: 'x/y' }) }),
  'body File': () => ({ method: 'POST', body: new File(['file'], 'f.txt', { type: 'text/plain' }) }),
  'body ArrayBuffer': () => ({ method: 'POST', body: new Uint8Array([104, 105]).buffer }),
  'body Uint8Array': () => ({ method: 'POST', body: new Uint8Array([104, 105]) }),
  'body DataView': () => ({ method: 'POST', body: new DataView(new Uint8Array([104, 105]).buffer) }),
  'body number': () => ({ method: 'POST', body: odd(5) }),
  'body object': () => ({ method: 'POST', body: odd({ a: 1 }) }),
  'body null': () => ({ method: 'POST', body: null }),
  'body undefined': () => ({ method: 'POST', body: odd(undefined) }),
  'body with GET': () => ({ body: 'x' }),
  'body with HEAD': () => ({ method: 'HEAD', body: 'x' }),
  'body stream without duplex': () => ({ method: 'POST', body: new Blob(['x']).stream() }),
  'body stream with duplex': () =>
    ({ method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' }) as RequestInit,
  'body stream that is locked': () => {
    const body = new Blob(['x']).stream()
    body.getReader()
    return { method: 'POST', body, duplex: 'half' } as RequestInit
  },
  'duplex full': () => ({ method: 'POST', body: 'x', duplex: 'full' }) as RequestInit,
  ...each('mode', ['cors', 'no-cors', 'same-origin', 'navigate', 'websocket', 'none']),
  ...each('credentials', ['omit', 'same-origin', 'include', 'none']),
  ...each('cache', ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached', 'none']),
  'cache only-if-cached of the same origin': () => ({ cache: 'only-if-cached', mode: 'same-origin' }),
  ...each('redirect', ['follow', 'error', 'manual', 'none']),
  ...each('referrer', ['', 'about:client', '/other', 'http://other.example/', 'http://:bad']),
  ...each('referrerPolicy', ['', 'no-referrer', 'origin', 'unsafe-url', 'none']),
  ...each('integrity', ['', 'sha256-AAAA', 'nonsense']),
  ...each('keepalive', [true, false, 'yes', null]),
  ...each('priority', ['high', 'low', 'auto', 'none']),
  ...each('signal', [null, undefined, {}, 'x']),
  ...each('window', [null, undefined, 'x', {}]),
  ...each('unknown', [1]),
  'signal aborted': () => ({ signal: AbortSignal.abort() }),
  'signal aborted by a reason': () => ({ signal: AbortSignal.abort('mine') }),
  'signal aborted by an error': () => ({ signal: AbortSignal.abort(new RangeError('mine')) }),
  'signal undefined reason': () => ({ signal: AbortSignal.abort(undefined) }),
  'signal not aborted': () => ({ signal: new AbortController().signal }),
  'keepalive with too much': () => ({ method: 'POST', keepalive: true, body: 'x'.repeat(70_000) }),
  frozen: () => Object.freeze({ method: 'POST', headers: Object.freeze({ 'x-a': '1' }) }),
  inherited: () => Object.create({ method: 'POST', headers: { 'x-a': '1' }, body: 'b' }),
  'without a prototype': () => Object.assign(Object.create(null), { method: 'POST', body: 'b' }),
  'instance of a class with getters': () =>
    new (class {
      get method() {
        return 'PUT'
      }
      get headers() {
        return { 'x-a': '1' }
      }
    })(),
  'an array': () => odd([]),
  'a function': () => odd(Object.assign(() => {}, { method: 'POST' })),
  null: () => odd(null),
  undefined: () => odd(undefined),
  'a string': () => odd('POST'),
  'a number': () => odd(5),
  true: () => odd(true),
  'a symbol': () => odd(Symbol('s')),
  'a Request': () => odd(new Request('/', { method: 'PUT', headers: { 'x-a': '1' } })),
  'a Headers': () => odd(new Headers({ method: 'POST' })),
}

function each(name: string, values: readonly unknown[]): Record<string, () => RequestInit> {
  return Object.fromEntries(
    values.map((value) => [`${name} ${String(value) || 'empty'}`, () => ({ [name]: value })]),
  )
}

const INPUTS: Readonly<Record<string, (kit: Kit) => unknown>> = {
  'a path': ({ url }) => url(),
  'a URL': ({ url }) => new URL(url(), location.href),
  'an absolute address': ({ url }) => new URL(url(), location.href).href,
  'a fragment': ({ url }) => `${url()}#part`,
  'a query': ({ url }) => url('a=b c&d=é'),
  'nothing but a query': () => '?q=1',
  'the empty string': () => '',
  'a String object': ({ url }) => new String(url()),
  'an array': ({ url }) => [url()],
  'an anchor': ({ url }) => Object.assign(document.createElement('a'), { href: url() }),
  location: () => location,
  'an object that counts': (kit) => ({
    toString: () => (kit.log('toString'), kit.url()),
    valueOf: () => kit.log('valueOf'),
  }),
  'an object with a toPrimitive': (kit) => ({
    [Symbol.toPrimitive]: (hint: string) => (kit.log(hint), kit.url()),
  }),
  'an object whose toString throws': (kit) => ({
    toString: () => {
      kit.log('toString')
      throw new RangeError('mine')
    },
  }),
  'an object that looks like a Request': (kit) => ({
    url: kit.url(),
    method: 'POST',
    headers: { get: () => null },
    [Symbol.toStringTag]: 'Request',
    toString: () => kit.url('as=string'),
  }),
  'an object that says it is a Request': ({ url }) =>
    Object.create(Request.prototype, { url: { value: url() } }),
  'a symbol': () => Symbol('s'),
  'a number': () => 5,
  null: () => null,
  undefined: () => undefined,
  'an address that is none': () => 'http://:bad',
  'an address with a password': () => 'http://user:pass@localhost/x',
  'a port that is blocked': () => 'http://localhost:1/x',
  'an unknown scheme': () => 'foo:bar',
  'about:blank': () => 'about:blank',
  'javascript:': () => 'javascript:1',
  'a data address': () => 'data:text/plain,hello',
  'a blob': () => URL.createObjectURL(new Blob(['blob'])),
  'another origin': ({ foreign }) => foreign(),
  'a Request': ({ url }) => new Request(url(), { method: 'POST', headers: { 'x-a': '1' }, body: 'b' }),
  'a Request with a signal': ({ url }) => new Request(url(), { signal: new AbortController().signal }),
  'a Request that is aborted': ({ url }) => new Request(url(), { signal: AbortSignal.abort('mine') }),
  'a Request of a subclass': ({ url }) => new (class Own extends Request {})(url(), { method: 'PUT' }),
  'a Request of a frame': ({ url }) =>
    new (frame().Request)(new URL(url(), location.href).href, {
      method: 'PUT',
      headers: { 'x-a': '1' },
      body: 'f',
    }),
  'a URL of a frame': ({ url }) => new (frame().URL)(url(), location.href),
  'a Request without cors': ({ foreign }) => new Request(foreign(), { mode: 'no-cors' }),
}

let shared: (Window & typeof globalThis) | undefined
function frame(): Window & typeof globalThis {
  shared ??= document.body.appendChild(document.createElement('iframe')).contentWindow as Window &
    typeof globalThis
  return shared
}

/** An object that records which properties are read and how often a value is converted. */
function observed(kit: Kit, values: Readonly<Record<string, unknown>>, label = ''): never {
  return new Proxy(
    { ...values },
    {
      get(target, key) {
        kit.log(`${label}get ${String(key)}`)
        return Reflect.get(target, key)
      },
      has(target, key) {
        kit.log(`${label}has ${String(key)}`)
        return Reflect.has(target, key)
      },
      ownKeys(target) {
        kit.log(`${label}ownKeys`)
        return Reflect.ownKeys(target)
      },
      getOwnPropertyDescriptor(target, key) {
        kit.log(`${label}descriptor ${String(key)}`)
        return Reflect.getOwnPropertyDescriptor(target, key)
      },
    },
  ) as never
}
const counted = (kit: Kit, value: string) => ({
  toString: () => {
    kit.log(`toString ${value}`)
    return value
  },
  valueOf: () => {
    kit.log(`valueOf ${value}`)
    return value
  },
})

const READS: Readonly<Record<string, Case>> = {
  'nothing but defaults': (kit) => text(kit, kit.url(), observed(kit, {})),
  'method and headers': (kit) =>
    text(kit, kit.url(), observed(kit, { headers: { 'x-a': '1' }, method: 'POST', body: 'b' })),
  'a Request and init': (kit) =>
    text(kit, new Request(kit.url()), observed(kit, { headers: { 'x-a': '1' }, method: 'PUT' })),
  headers: (kit) => text(kit, kit.url(), { headers: observed(kit, { 'x-a': '1', 'x-b': '2' }) }),
  'values that are converted': (kit) =>
    text(
      kit,
      odd(counted(kit, kit.url())),
      observed(kit, {
        method: counted(kit, 'PUT'),
        headers: { 'x-a': counted(kit, '1') },
        body: counted(kit, 'body'),
        cache: counted(kit, 'no-store'),
        credentials: counted(kit, 'omit'),
      }),
    ),
  'a method that is none': (kit) =>
    text(
      kit,
      kit.url(),
      observed(kit, { method: counted(kit, 'A B'), headers: { 'x-a': counted(kit, '1') } }),
    ),
  'headers that are none': (kit) =>
    text(kit, kit.url(), observed(kit, { method: 'POST', headers: { 'x a': counted(kit, '1') } })),
  'a mode that is none': (kit) =>
    text(kit, kit.url(), observed(kit, { mode: counted(kit, 'none'), method: counted(kit, 'POST') })),
  'a getter that throws': (kit) =>
    text(kit, kit.url(), {
      get body(): string {
        kit.log('body')
        throw new RangeError('mine')
      },
      get method() {
        kit.log('method')
        return 'POST'
      },
    }),
  'an iterator of headers': (kit) =>
    text(kit, kit.url(), {
      headers: odd({
        [Symbol.iterator]: function* () {
          kit.log('iterator')
          yield [counted(kit, 'x-a'), counted(kit, '1')]
        },
      }),
    }),
  'an iterator of headers that throws': (kit) =>
    text(kit, kit.url(), {
      headers: odd({
        [Symbol.iterator]: function* () {
          kit.log('iterator')
          yield ['x-a', '1']
          throw new RangeError('mine')
        },
      }),
    }),
}

/** Changes of a page to a prototype during a fetch. */
const POLLUTED: Readonly<Record<string, (kit: Kit) => [object, PropertyKey, PropertyDescriptor]>> = {
  'Object.prototype.extend': () => [
    Object.prototype,
    'extend',
    { value: (a: unknown) => a, enumerable: true },
  ],
  'Object.prototype.method': () => [Object.prototype, 'method', { value: 'POST', enumerable: true }],
  'Object.prototype.headers': () => [
    Object.prototype,
    'headers',
    { value: { 'x-p': '1' }, enumerable: true },
  ],
  'a getter Object.prototype.signal': ({ log }) => [
    Object.prototype,
    'signal',
    { get: () => void log('signal') },
  ],
  'a read-only Object.prototype.value': () => [Object.prototype, 'value', { value: 5, writable: false }],
  'a read-only Object.prototype.url': () => [Object.prototype, 'url', { value: 'u', writable: false }],
  'a read-only Object.prototype.traceparent': () => [
    Object.prototype,
    'traceparent',
    { value: 't', writable: false, enumerable: true },
  ],
  'a getter Object.prototype.get': ({ log }) => [Object.prototype, 'get', { get: () => void log('get') }],
  'Array.prototype.toJSON': () => [Array.prototype, 'toJSON', { value: () => 'json', enumerable: true }],
  'Array.prototype.map': () => [Array.prototype, 'map', { value: () => [] }],
  'Array.prototype[Symbol.iterator]': () => [
    Array.prototype,
    Symbol.iterator,
    {
      value: function* () {},
    },
  ],
  'Headers.prototype.has': () => [Headers.prototype, 'has', { value: () => false }],
  'Headers.prototype.set': () => [Headers.prototype, 'set', { value: () => undefined }],
  'String.prototype.toUpperCase': () => [String.prototype, 'toUpperCase', { value: () => 'X' }],
  'Function.prototype.apply': () => [Function.prototype, 'apply', { value: () => undefined }],
  'Function.prototype.call': () => [Function.prototype, 'call', { value: () => undefined }],
  'Request.prototype.url': () => [Request.prototype, 'url', { get: () => 'http://elsewhere.example/' }],
}

async function polluted(
  kit: Kit,
  [target, key, descriptor]: [object, PropertyKey, PropertyDescriptor],
  run: () => unknown,
): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(target, key)
  Object.defineProperty(target, key, { ...descriptor, configurable: true })
  let result: unknown
  try {
    result = run()
  } finally {
    if (before) Object.defineProperty(target, key, before)
    else Reflect.deleteProperty(target, key)
  }
  kit.log(await (result as Promise<Response>).catch((error) => error))
}

const settled = async (kit: Kit, run: () => unknown) => {
  try {
    const result = run()
    kit.log(result instanceof Promise ? 'a promise' : typeof result)
    kit.log(await result)
  } catch (error) {
    kit.log(error)
  }
}

/** The times at which a request is aborted. */
const ABORTS: Readonly<Record<string, (kit: Kit, controller: AbortController) => Promise<unknown>>> = {
  before: async (kit, controller) => {
    controller.abort()
    await kit.settle('fetch', fetch(kit.url('delay=50'), { signal: controller.signal }))
  },
  'at once': async (kit, controller) => {
    const fetching = kit.settle('fetch', fetch(kit.url('delay=50'), { signal: controller.signal }))
    controller.signal.addEventListener('abort', () => kit.log('abort event'))
    controller.abort()
    kit.log('aborted')
    await fetching
  },
  'a microtask later': async (kit, controller) => {
    const fetching = kit.settle('fetch', fetch(kit.url('delay=50'), { signal: controller.signal }))
    await null
    controller.abort('reason')
    await fetching
  },
  'while it waits': async (kit, controller) => {
    const fetching = kit.settle('fetch', fetch(kit.url('until=/never'), { signal: controller.signal }))
    await kit.wait(100)
    controller.abort(new RangeError('late'))
    await fetching
  },
  'when the headers are there': async (kit, controller) => {
    const response = await fetch(kit.url('chunks=500&body=40'), { signal: controller.signal })
    controller.abort()
    await kit.settle('text', response.text())
  },
  'while it reads': async (kit, controller) => {
    const response = await fetch(kit.url('chunks=500&body=40'), { signal: controller.signal })
    const reading = kit.settle('text', response.text())
    controller.abort('enough')
    await reading
  },
  'while a reader reads': async (kit, controller) => {
    const response = await fetch(kit.url('chunks=500&body=40'), { signal: controller.signal })
    const reader = response.body?.getReader()
    await reader?.read()
    controller.abort('enough')
    await kit.settle('read', reader?.read() ?? Promise.resolve())
    await kit.settle('closed', reader?.closed ?? Promise.resolve())
  },
  'when all is there': async (kit, controller) => {
    const response = await fetch(kit.url(), { signal: controller.signal })
    const body = await response.text()
    controller.abort()
    return body
  },
  'by a Request and by init': async (kit, controller) => {
    const request = new Request(kit.url('delay=100'), { signal: new AbortController().signal })
    const fetching = kit.settle('fetch', fetch(request, { signal: controller.signal }))
    controller.abort('init')
    await fetching
    kit.log(request.signal.aborted)
  },
  'by a time-out': async (kit) =>
    kit.settle('fetch', fetch(kit.url('until=/never'), { signal: AbortSignal.timeout(250) })),
  'by any of two': async (kit, controller) => {
    const fetching = kit.settle(
      'fetch',
      fetch(kit.url('delay=300'), {
        signal: AbortSignal.any([controller.signal, AbortSignal.timeout(5000)]),
      }),
    )
    controller.abort('any')
    await fetching
  },
}

export const fetchCases: Cases = {
  ...Object.fromEntries(
    Object.entries(INITS).map(([name, init]): [string, Case] => [
      `init ${name}`,
      (kit) => text(kit, kit.url(), init()),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(INITS).map(([name, init]): [string, Case] => [
      `a Request and init ${name}`,
      (kit) => text(kit, new Request(kit.url(), { headers: { 'x-own': '1' } }), init()),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(INPUTS).map(([name, input]): [string, Case] => [
      `input ${name}`,
      (kit) => text(kit, odd(input(kit))),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(READS).map(([name, run]): [string, Case] => [`reads of ${name}`, run]),
  ),
  ...Object.fromEntries(
    Object.entries(ABORTS).map(([name, run]): [string, Case] => [
      `abort ${name}`,
      (kit) => run(kit, new AbortController()),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(POLLUTED).flatMap(([name, pollution]): [string, Case][] => [
      [`${name}, a path`, (kit) => polluted(kit, pollution(kit), () => fetch(kit.url()))],
      [
        `${name}, init`,
        (kit) => polluted(kit, pollution(kit), () => fetch(kit.url(), { cache: 'no-store' })),
      ],
      [
        `${name}, headers`,
        (kit) => polluted(kit, pollution(kit), () => fetch(kit.url(), { headers: { 'x-a': '1' } })),
      ],
      [`${name}, a Request`, (kit) => polluted(kit, pollution(kit), () => fetch(new Request(kit.url())))],
      [`${name}, another origin`, (kit) => polluted(kit, pollution(kit), () => fetch(kit.foreign()))],
    ]),
  ),
  'no argument': (kit) => settled(kit, () => fetch(...(odd([]) as [string]))),
  'a third argument': (kit) => settled(kit, () => fetch(...(odd([kit.url(), undefined, 'tag']) as [string]))),
  'a third argument that is an init': (kit) =>
    settled(kit, () => fetch(...(odd([kit.url(), {}, { method: 'DELETE' }]) as [string]))),
  'a null init and a third argument': (kit) =>
    settled(kit, () => fetch(...(odd([kit.url(), null, 1]) as [string]))),
  'called on nothing': (kit) => settled(kit, () => fetch.call(odd(undefined), kit.url())),
  'called on null': (kit) => settled(kit, () => fetch.call(odd(null), kit.url())),
  'called on an object': (kit) => settled(kit, () => fetch.call(odd({}), kit.url())),
  'called on a number': (kit) => settled(kit, () => fetch.call(odd(5), kit.url())),
  'called on a document': (kit) => settled(kit, () => fetch.call(odd(document), kit.url())),
  'called on a frame': (kit) => settled(kit, () => fetch.call(frame(), new URL(kit.url(), location.href))),
  'called on an object whose input must not be read': (kit) =>
    settled(kit, () => fetch.call(odd({}), odd(counted(kit, kit.url())))),
  'called by a method of an object': (kit) => settled(kit, () => ({ fetch }).fetch(kit.url())),
  bound: (kit) => settled(kit, () => fetch.bind(window)(kit.url())),
  'by Reflect.apply': (kit) => settled(kit, () => Reflect.apply(fetch, undefined, [kit.url()])),
  'with new': (kit) => settled(kit, () => Reflect.construct(fetch, [kit.url()])),
  'a Request that is used': async (kit) => {
    const request = new Request(kit.url(), { method: 'POST', body: 'b' })
    await settled(kit, () => fetch(request))
    kit.log(request.bodyUsed)
    await settled(kit, () => fetch(request))
  },
  'a Request with a new body': async (kit) => {
    const request = new Request(kit.url(), { method: 'POST', body: 'b' })
    await settled(kit, () => fetch(request, { body: 'c' }))
    return request.bodyUsed
  },
  'a clone of a Request': async (kit) => {
    const request = new Request(kit.url(), { method: 'POST', body: 'b' })
    const clone = request.clone()
    await settled(kit, () => fetch(request))
    await settled(kit, () => fetch(clone))
  },
  'caller objects are not changed': async (kit) => {
    const headers = { 'x-a': '1' }
    const init = { method: 'POST', headers, body: 'b' }
    const request = new Request(kit.url(), init)
    await fetch(kit.url(), init)
    await fetch(request, init)
    return [init, headers, [...request.headers]]
  },
  'own traceparent': (kit) =>
    text(kit, kit.url(), {
      headers: { Traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    }),
  'a redirect': (kit) => text(kit, kit.url(`redirect=${encodeURIComponent(kit.url('end'))}`)),
  'a redirect that is an error': (kit) =>
    text(kit, kit.url(`redirect=${encodeURIComponent(kit.url('end'))}`), { redirect: 'error' }),
  'a redirect by hand': (kit) =>
    text(kit, kit.url(`redirect=${encodeURIComponent(kit.url('end'))}`), { redirect: 'manual' }),
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status): [string, Case] => [
      `a POST redirected by ${status}`,
      (kit) =>
        text(kit, kit.url(`redirect=${encodeURIComponent(kit.url('end'))}&as=${status}`), {
          method: 'POST',
          body: 'b',
        }),
    ]),
  ),
  'a redirect loop': (kit) => text(kit, kit.url(`redirect=${encodeURIComponent(kit.url('redirect=x'))}`)),
  'another origin that fails': (kit) => text(kit, kit.foreign('drop')),
  'another origin with a header of its own': (kit) => text(kit, kit.foreign(), { headers: { 'x-a': '1' } }),
  'another origin by POST': (kit) =>
    text(kit, kit.foreign(), { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
  'another origin without cors': (kit) => text(kit, kit.foreign(), { mode: 'no-cors' }),
  'a connection that breaks': (kit) => text(kit, kit.url('drop')),
  ...Object.fromEntries(
    [200, 204, 205, 304, 400, 401, 404, 500, 503].map((status): [string, Case] => [
      `status ${status}`,
      (kit) => text(kit, kit.url(`status=${status}`)),
    ]),
  ),
  'a rejection that no one handles': (kit) => {
    void fetch('http://:bad')
    void fetch(kit.url(), { method: 'A B' })
    return kit.wait(50)
  },
  'a failure that no one handles': (kit) => {
    const unhandled = new Promise((resolve) =>
      addEventListener('unhandledrejection', resolve, { once: true }),
    )
    void fetch(kit.url('drop'))
    return unhandled
  },
  'a rejection comes after as many microtasks': async (kit) => {
    fetch('http://:bad').catch(() => kit.log('rejected'))
    for (let n = 0; n < 6; n++) {
      await null
      kit.log(n)
    }
  },
  'results in order': async (kit) => {
    // The server answers each request when the page has the answer before it.
    await Promise.all(
      [1, 2, 3].map(async (n) => {
        const until = n > 1 ? `&until=${kit.url(`over=${n - 1}`)}` : ''
        kit.log(await (await fetch(kit.url(`n=${n}${until}`))).text())
        await fetch(kit.url(`over=${n}`))
      }),
    )
  },
  'a hundred at once': async (kit) => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => fetch(kit.url(`n=${n}`)).then((r) => r.json())),
    )
    return answers.length
  },
}
