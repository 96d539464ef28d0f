// biome-ignore-all lint/complexity/noCommaOperator: a getter that notes its call is one line
import type { Case, Cases, Kit } from './kit.ts'

const odd = (value: unknown) => value as never
const EVENTS = ['readystatechange', 'loadstart', 'progress', 'abort', 'error', 'load', 'timeout', 'loadend']

interface Sent {
  readonly method?: string
  readonly query?: string
  readonly body?: unknown
  readonly prepare?: (xhr: XMLHttpRequest, kit: Kit) => void
  readonly after?: (xhr: XMLHttpRequest, kit: Kit) => void
  readonly foreign?: boolean
}

/** Sends one request and records all events in order and the final state. */
async function send(
  kit: Kit,
  { method = 'GET', query = '', body, prepare, after, foreign }: Sent,
  xhr = new XMLHttpRequest(),
): Promise<unknown> {
  let last = ''
  const noted = new Set<string>()
  const over = new Promise<void>((resolve) => {
    for (const type of EVENTS) {
      xhr.addEventListener(type, ({ isTrusted, target, currentTarget }) => {
        const entry = `${type} ${xhr.readyState} ${xhr.status} ${isTrusted} ${target === xhr} ${currentTarget === xhr}`
        // How often progress is reported depends on the network.
        const partial = type === 'progress' ? type : xhr.readyState === 3 ? entry : undefined
        const isRepeated = partial ? noted.has(partial) : entry === last && type === 'readystatechange'
        if (!isRepeated) kit.log(entry)
        if (partial) noted.add(partial)
        last = entry
        if (type === 'loadend') resolve()
      })
    }
  })
  xhr.open(method, foreign ? kit.foreign(query) : kit.url(query))
  prepare?.(xhr, kit)
  xhr.send(body as XMLHttpRequestBodyInit)
  after?.(xhr, kit)
  await over
  return seen(xhr)
}

function seen(xhr: XMLHttpRequest): unknown {
  const text = () => {
    try {
      return xhr.responseText
    } catch (error) {
      return String(error)
    }
  }
  return {
    status: xhr.status,
    statusText: xhr.statusText,
    url: xhr.responseURL,
    response: xhr.response,
    text: text(),
    type: xhr.getResponseHeader('content-type'),
    none: xhr.getResponseHeader('x-none'),
    own: Reflect.ownKeys(xhr).map(String),
    in: (() => {
      const names: string[] = []
      for (const name in xhr) names.push(name)
      return names
    })(),
  }
}

const SENT: Readonly<Record<string, Sent>> = {
  'a GET': {},
  'a get in lower case': { method: 'get' },
  'a PATCH in lower case': { method: 'patch' },
  'a QUERY': { method: 'QUERY', body: 'q' },
  'a method of its own': { method: 'x-own' },
  'a HEAD': { method: 'HEAD' },
  'a POST of text': { method: 'POST', body: 'text' },
  'a POST of a Blob': { method: 'POST', body: new Blob(['b'], { type: 'x/y' }) },
  'a POST of parameters': { method: 'POST', body: new URLSearchParams('a=1') },
  'a POST of bytes': { method: 'POST', body: new Uint8Array([104, 105]) },
  'a POST of a document': { method: 'POST', body: new DOMParser().parseFromString('<p>x</p>', 'text/html') },
  'a POST of a number': { method: 'POST', body: 5 },
  'a POST of null': { method: 'POST', body: null },
  'a GET with a body': { body: 'x' },
  'a delayed answer': { query: 'delay=50' },
  'a slow body': { query: 'chunks=3&body=10' },
  'status 204': { query: 'status=204' },
  'status 304': { query: 'status=304' },
  'status 404': { query: 'status=404' },
  'status 500': { query: 'status=500' },
  'a connection that fails': { query: 'drop' },
  'a body that breaks': { query: 'chunks=3&body=10&break' },
  'a redirect': { query: 'redirect=%2Fapi%2Fend' },
  'a redirect to nowhere': { query: 'redirect=http%3A%2F%2F%3Abad' },
  'another origin': { foreign: true },
  'another origin with a header': { foreign: true, prepare: (xhr) => xhr.setRequestHeader('x-a', '1') },
  'another origin with credentials': {
    foreign: true,
    prepare: (xhr) => {
      xhr.withCredentials = true
    },
  },
  headers: {
    prepare: (xhr) => {
      xhr.setRequestHeader('X-A', '1')
      xhr.setRequestHeader('x-a', '2')
      xhr.setRequestHeader('x-b', odd(5))
    },
  },
  'headers with further arguments': {
    prepare: (xhr) => (xhr.setRequestHeader as (...args: unknown[]) => void)('x-a', '1', '2'),
  },
  'its own traceparent': {
    prepare: (xhr) =>
      xhr.setRequestHeader('TraceParent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
  },
  'headers that are refused': {
    prepare: (xhr, { log }) => {
      for (const args of [
        ['x a', '1'],
        ['x-a', 'a\nb'],
        ['x-a'],
        [],
        ['x-a', '☃'],
        [Symbol('s'), '1'],
        ['x-a', Symbol('s')],
        ['cookie', '1'],
      ]) {
        try {
          log((xhr.setRequestHeader as (...args: unknown[]) => unknown)(...args))
        } catch (error) {
          log(error)
        }
      }
    },
  },
  'header names that are converted': {
    prepare: (xhr, { log }) =>
      xhr.setRequestHeader(
        odd({ toString: () => (log('name'), 'x-a') }),
        odd({ toString: () => (log('value'), '1') }),
      ),
  },
  ...Object.fromEntries(
    ['', 'text', 'json', 'arraybuffer', 'blob', 'document', 'none'].map((type): [string, Sent] => [
      `response type ${type || 'empty'}`,
      {
        prepare: (xhr) => {
          xhr.responseType = odd(type)
        },
      },
    ]),
  ),
  'json that is none': {
    query: 'type=text/plain&content=nope',
    prepare: (xhr) => {
      xhr.responseType = 'json'
    },
  },
  'another MIME type': { prepare: (xhr) => xhr.overrideMimeType('text/plain') },
  'a time-out': {
    query: 'until=/never',
    prepare: (xhr) => {
      xhr.timeout = 20
    },
  },
  'a time-out that is not reached': {
    prepare: (xhr) => {
      xhr.timeout = 5000
    },
  },
  'an abort at once': { query: 'delay=100', after: (xhr) => xhr.abort() },
  'an abort in loadstart': {
    query: 'delay=100',
    prepare: (xhr) => xhr.addEventListener('loadstart', () => xhr.abort()),
  },
  'an abort with the headers': {
    query: 'chunks=3&body=20',
    prepare: (xhr) => xhr.addEventListener('readystatechange', () => xhr.readyState === 2 && xhr.abort()),
  },
  'an abort while it loads': {
    query: 'chunks=3&body=20',
    prepare: (xhr) => xhr.addEventListener('readystatechange', () => xhr.readyState === 3 && xhr.abort()),
  },
  'an abort in load': { prepare: (xhr) => xhr.addEventListener('load', () => xhr.abort()) },
  'a second send': {
    query: 'delay=30',
    after: (xhr, { log }) => {
      try {
        xhr.send()
      } catch (error) {
        log(error)
      }
    },
  },
  'open while it runs': {
    query: 'delay=30',
    after: (xhr, kit) => {
      xhr.open('POST', kit.url('again'))
      xhr.send('b')
    },
  },
  'a header while it runs': {
    query: 'delay=30',
    after: (xhr, { log }) => {
      try {
        xhr.setRequestHeader('x-a', '1')
      } catch (error) {
        log(error)
      }
    },
  },
  'upload events': {
    method: 'POST',
    body: 'x'.repeat(1000),
    prepare: (xhr, { log }) => {
      for (const type of EVENTS)
        xhr.upload.addEventListener(type, (event) =>
          log(`upload ${type} ${(event as ProgressEvent).loaded} ${event.target === xhr.upload}`),
        )
    },
  },
  handlers: {
    prepare: (xhr, { log }) => {
      xhr.onload = function (event) {
        log(['onload', this === xhr, event.type])
      }
      xhr.onloadend = () => log('onloadend')
      xhr.onreadystatechange = function () {
        log(['onreadystatechange', this === xhr, this.readyState])
      }
      xhr.onerror = odd('not a function')
      log([typeof xhr.onload, xhr.onerror])
    },
  },
  'a handler that is an object': {
    prepare: (xhr, { log }) => {
      xhr.onload = odd({ handleEvent: () => log('handleEvent') })
      log(typeof xhr.onload)
    },
  },
  'a handler set twice keeps its place': {
    prepare: (xhr, { log }) => {
      xhr.onload = () => log('first')
      xhr.addEventListener('load', () => log('listener'))
      xhr.onload = () => log('second')
    },
  },
  'a handler taken away': {
    prepare: (xhr, { log }) => {
      xhr.onload = () => log('no')
      xhr.onload = null
      log(xhr.onload)
    },
  },
  'a handler that throws': {
    prepare: (xhr) => {
      xhr.onload = () => {
        throw new RangeError('mine')
      }
    },
  },
}

const call = ({ log }: Kit, run: () => unknown) => {
  try {
    log(run())
  } catch (error) {
    log(error)
  }
}
const open = (xhr: unknown, ...args: unknown[]) => Reflect.apply(XMLHttpRequest.prototype.open, xhr, args)

export const xhrCases: Cases = {
  ...Object.fromEntries(
    Object.entries(SENT).map(([name, sent]): [string, Case] => [name, (kit) => send(kit, sent)]),
  ),
  synchronous: (kit) => {
    const xhr = new XMLHttpRequest()
    for (const type of EVENTS) xhr.addEventListener(type, () => kit.log(`${type} ${xhr.readyState}`))
    xhr.open('POST', kit.url(), false)
    xhr.send('b')
    return seen(xhr)
  },
  'synchronous and failing': (kit) => {
    const xhr = new XMLHttpRequest()
    for (const type of EVENTS) xhr.addEventListener(type, () => kit.log(`${type} ${xhr.readyState}`))
    xhr.open('GET', kit.url('drop'), false)
    call(kit, () => xhr.send())
    return seen(xhr)
  },
  'synchronous with what it may not have': (kit) => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', kit.url(), false)
    call(kit, () => {
      xhr.timeout = 5
    })
    call(kit, () => {
      xhr.responseType = 'json'
    })
  },
  'open with arguments of every kind': (kit) => {
    const xhr = new XMLHttpRequest()
    for (const args of [
      [],
      ['GET'],
      ['GET', kit.url()],
      ['A B', kit.url()],
      ['CONNECT', kit.url()],
      ['TRACE', kit.url()],
      ['GET', 'http://:bad'],
      ['GET', undefined],
      [undefined, kit.url()],
      [null, null],
      [Symbol('s'), kit.url()],
      ['GET', Symbol('s')],
      ['GET', kit.url(), undefined],
      ['GET', kit.url(), null],
      ['GET', kit.url(), true, 'user', 'pass', 'more'],
      ['GET', new URL(kit.url(), location.href)],
      ['GET', location],
      ['GET', ''],
    ]) {
      call(kit, () => open(xhr, ...args))
      kit.log(xhr.readyState)
    }
  },
  'open converts once, in order': (kit) => {
    const value = (text: string) => ({
      toString: () => (kit.log(`toString ${text}`), text),
      valueOf: () => (kit.log(`valueOf ${text}`), text),
    })
    const xhr = new XMLHttpRequest()
    call(kit, () => open(xhr, value('put'), value(kit.url()), value('yes'), value('user'), value('pass')))
    call(kit, () => open({}, value('get'), value(kit.url())))
    call(kit, () => open(xhr, value('A B'), value(kit.url())))
    call(kit, () =>
      open(
        xhr,
        {
          toString: () => {
            kit.log('throws')
            throw new RangeError('mine')
          },
        },
        value(kit.url()),
      ),
    )
  },
  'send converts once': (kit) =>
    send(kit, { method: 'POST', body: { toString: () => (kit.log('toString'), 'body') } }),
  'methods on other receivers': (kit) => {
    for (const receiver of [undefined, null, {}, window, XMLHttpRequest.prototype]) {
      for (const name of ['open', 'send', 'setRequestHeader', 'abort', 'getAllResponseHeaders'] as const) {
        call(kit, () => Reflect.apply(XMLHttpRequest.prototype[name], receiver, ['GET', kit.url()]))
      }
    }
  },
  'send and headers before open': (kit) => {
    const xhr = new XMLHttpRequest()
    call(kit, () => xhr.send())
    call(kit, () => xhr.setRequestHeader('x-a', '1'))
    call(kit, () => xhr.abort())
  },
  'an object used again': async (kit) => {
    const xhr = new XMLHttpRequest()
    xhr.onload = () => kit.log(`load ${xhr.responseURL}`)
    for (const n of [1, 2, 3]) {
      xhr.open('GET', kit.url(`n=${n}`))
      xhr.setRequestHeader('x-n', String(n))
      const over = new Promise((resolve) => xhr.addEventListener('loadend', resolve, { once: true }))
      xhr.send()
      await over
    }
  },
  'an object sent again in its load': async (kit) => {
    const xhr = new XMLHttpRequest()
    let n = 0
    await new Promise<void>((resolve) => {
      xhr.onload = () => {
        kit.log(xhr.responseText)
        if (++n === 3) return resolve()
        xhr.open('GET', kit.url(`n=${n}`))
        xhr.send()
      }
      xhr.open('GET', kit.url())
      xhr.send()
    })
  },
  'a subclass': (kit) =>
    send(
      kit,
      {},
      new (class Own extends XMLHttpRequest {
        override open(method: string, url: string) {
          kit.log('own open')
          super.open(method, url)
        }
      })(),
    ),
  'a frozen object': (kit) => send(kit, {}, Object.freeze(new XMLHttpRequest())),
  'an object of a frame': async (kit) => {
    const frame = document.body.appendChild(document.createElement('iframe'))
    const Xhr = (frame.contentWindow as Window & typeof globalThis).XMLHttpRequest
    const result = await send(kit, {}, new Xhr())
    frame.remove()
    return (result as { status: number }).status
  },
  'methods of this window on an object of a frame': async (kit) => {
    const frame = document.body.appendChild(document.createElement('iframe'))
    const xhr = new (frame.contentWindow as Window & typeof globalThis).XMLHttpRequest()
    open(xhr, 'GET', new URL(kit.url(), location.href).href)
    const over = new Promise((resolve) => {
      xhr.onloadend = resolve
    })
    XMLHttpRequest.prototype.send.call(xhr)
    await over
    frame.remove()
    return xhr.status
  },
  ...Object.fromEntries(
    (
      [
        [
          'Object.prototype.extend',
          Object.prototype,
          'extend',
          { value: (a: unknown) => a, enumerable: true },
        ],
        ['Object.prototype.method', Object.prototype, 'method', { value: 'POST', enumerable: true }],
        ['a read-only Object.prototype.own', Object.prototype, 'own', { value: 1, writable: false }],
        ['Array.prototype[Symbol.iterator]', Array.prototype, Symbol.iterator, { value: function* () {} }],
        ['String.prototype.toLowerCase', String.prototype, 'toLowerCase', { value: () => 'x' }],
      ] as [string, object, PropertyKey, PropertyDescriptor][]
    ).map(([name, target, key, descriptor]): [string, Case] => [
      `with ${name}`,
      async (kit) => {
        const before = Object.getOwnPropertyDescriptor(target, key)
        const xhr = new XMLHttpRequest()
        const over = new Promise((resolve) => {
          xhr.onloadend = resolve
        })
        Object.defineProperty(target, key, { ...descriptor, configurable: true })
        try {
          xhr.open('GET', kit.url())
          xhr.setRequestHeader('x-a', '1')
          xhr.send()
        } finally {
          if (before) Object.defineProperty(target, key, before)
          else Reflect.deleteProperty(target, key)
        }
        await over
        return xhr.status
      },
    ]),
  ),
}
