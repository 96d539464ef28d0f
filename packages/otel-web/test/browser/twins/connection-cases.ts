// biome-ignore-all lint/complexity/noCommaOperator: a getter that notes its call is one line
import type { Case, Cases, Kit } from './kit.ts'

const odd = (value: unknown) => value as never
const call = ({ log }: Kit, run: () => unknown) => {
  try {
    log(run())
  } catch (error) {
    log(error)
  }
}
const ADDRESSES: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  'an address that is none': 'http://:bad',
  'a fragment': 'ws://localhost/x#part',
  'a scheme that is none': 'ftp://localhost/x',
  'a symbol': Symbol('s'),
}

/** A socket and its events. */
function socket(kit: Kit, ...args: ConstructorParameters<typeof WebSocket>): Promise<void> {
  return new Promise((resolve) => {
    const made = new WebSocket(...args)
    kit.log([
      made instanceof WebSocket,
      made.constructor === WebSocket,
      made.readyState,
      made.url,
      made.binaryType,
      Reflect.ownKeys(made).length,
    ])
    for (const type of ['open', 'message', 'error', 'close'] as const) {
      made.addEventListener(type, (event) => {
        kit.log([
          type,
          made.readyState,
          (event as MessageEvent).data,
          (event as CloseEvent).code,
          (event as CloseEvent).wasClean,
        ])
        if (type === 'message') made.close(1000, 'done')
        if (type === 'close') resolve()
      })
    }
    made.onopen = function () {
      kit.log(this === made)
    }
  })
}

/** Waits until the server has answered so many beacons of a case, because the case is compared by its requests, too. */
function beaconsTo({ url }: Kit, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count
    new PerformanceObserver((list, observer) => {
      const entries = list.getEntries() as PerformanceResourceTiming[]
      left -= entries.filter(
        ({ initiatorType, name }) => initiatorType === 'beacon' && name.includes(url()),
      ).length
      if (left > 0) return
      observer.disconnect()
      resolve()
    }).observe({ type: 'resource' })
  })
}

export const connectionCases: Cases = {
  'WebSocket to a path': (kit) => socket(kit, '/socket'),
  'WebSocket to a URL': (kit) => socket(kit, new URL('/socket', location.href)),
  'WebSocket with protocols': (kit) => socket(kit, '/socket', ['a', 'b']),
  'WebSocket that is refused': (kit) => socket(kit, '/refused'),
  'WebSocket closed before it opens': async (kit) => {
    const made = new WebSocket('/socket')
    const closed = new Promise((resolve) => {
      made.onclose = resolve
    })
    kit.log(made.close())
    await closed
    kit.log(made.readyState)
  },
  'WebSocket close with odd arguments': async (kit) => {
    const made = new WebSocket('/socket')
    for (const args of [[1], [999], ['x'], [3000, 'x'.repeat(124)]])
      call(kit, () => Reflect.apply(made.close, made, args))
    made.close()
    call(kit, () => Reflect.apply(WebSocket.prototype.close, {}, []))
  },
  'WebSocket constants': () => [WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED],
  ...Object.fromEntries(
    Object.entries(ADDRESSES).map(([name, address]): [string, Case] => [
      `WebSocket to ${name}`,
      (kit) => {
        call(kit, () => String(new WebSocket(odd(address))))
      },
    ]),
  ),
  'WebSocket converts its address once': (kit) => {
    call(kit, () =>
      new WebSocket(
        odd({ toString: () => (kit.log('toString'), '/socket'), valueOf: () => kit.log('valueOf') }),
      ).close(),
    )
    call(
      kit,
      () =>
        new WebSocket(
          odd({
            toString: () => {
              kit.log('throws')
              throw new RangeError('mine')
            },
          }),
        ),
    )
  },
  'WebSocket without new': (kit) =>
    call(kit, () => (WebSocket as unknown as (url: string) => void)('/socket')),
  'WebSocket by a subclass': async (kit) => {
    class Own extends WebSocket {
      own = 1
    }
    const made = new Own('/socket')
    kit.log([made.own, made instanceof Own, made.constructor === Own])
    made.close()
  },
  EventSource: (kit) =>
    new Promise<void>((resolve) => {
      const source = new EventSource(kit.url('sse&chunks=2&body=5'))
      kit.log([source.constructor === EventSource, source.readyState, source.withCredentials])
      source.onopen = function () {
        kit.log(['open', this === source])
      }
      source.onmessage = ({ data }) => {
        kit.log(data)
        if (data === '1') {
          source.close()
          resolve()
        }
      }
    }),
  'EventSource that fails': (kit) =>
    new Promise<void>((resolve) => {
      const source = new EventSource(kit.url('status=500'))
      source.onerror = () => {
        kit.log(source.readyState)
        source.close()
        resolve()
      }
    }),
  'EventSource with odd arguments': (kit) => {
    call(kit, () => Reflect.construct(EventSource, []))
    call(kit, () => new EventSource('http://:bad'))
    call(kit, () =>
      new EventSource(
        odd({ toString: () => (kit.log('toString'), '/api/odd') }),
        new Proxy({}, { get: (_, key) => void kit.log(`get ${String(key)}`) }),
      ).close(),
    )
    call(kit, () => new EventSource('/x', odd(5)))
  },
  sendBeacon: async (kit) => {
    const arrived = beaconsTo(kit, 4)
    kit.log(navigator.sendBeacon(kit.url('a')))
    kit.log(navigator.sendBeacon(kit.url('b'), 'text'))
    kit.log(
      navigator.sendBeacon(new URL(kit.url('c'), location.href), new Blob(['b'], { type: 'text/plain' })),
    )
    kit.log(navigator.sendBeacon(kit.foreign('d'), new URLSearchParams('a=1')))
    await arrived
  },
  'sendBeacon with odd arguments': async (kit) => {
    const arrived = beaconsTo(kit, 1)
    for (const args of [
      [],
      ['http://:bad'],
      ['ftp://x'],
      [undefined],
      [Symbol('s')],
      [kit.url(), new ReadableStream()],
      [kit.url(), Symbol('s')],
      [kit.url(), 'x'.repeat(70_000)],
    ])
      call(kit, () => Reflect.apply(navigator.sendBeacon, navigator, args))
    call(kit, () => Reflect.apply(navigator.sendBeacon, {}, [kit.url()]))
    call(kit, () =>
      navigator.sendBeacon(
        odd({ toString: () => (kit.log('toString'), kit.url('once')), valueOf: () => kit.log('valueOf') }),
      ),
    )
    await arrived
  },
  history: async (kit) => {
    const { href } = location
    kit.log(history.pushState({ a: 1 }, '', '?pushed'))
    kit.log([location.search, history.state])
    kit.log(history.replaceState('s', '', new URL('?replaced', location.href)))
    kit.log([location.search, history.state])
    for (const args of [
      [],
      [1],
      [1, ''],
      [() => {}, ''],
      [1, '', 'http://elsewhere.example/'],
      [1, '', 'http://:bad'],
      [1, '', null],
      [1, Symbol('s')],
    ]) {
      call(kit, () => Reflect.apply(history.pushState, history, args))
    }
    call(kit, () => Reflect.apply(history.pushState, {}, [1, '']))
    call(kit, () =>
      history.pushState(
        null,
        '',
        odd({ toString: () => (kit.log('toString'), '?converted'), valueOf: () => kit.log('valueOf') }),
      ),
    )
    const popped = new Promise<void>((resolve) =>
      addEventListener(
        'popstate',
        ({ state }) => {
          kit.log(['popstate', state])
          resolve()
        },
        { once: true },
      ),
    )
    history.back()
    await popped
    history.replaceState(null, '', href)
  },
  navigation: async (kit) => {
    const { href } = location
    const { navigation } = window as unknown as {
      navigation: EventTarget & {
        navigate(url: string, options?: object): { committed: Promise<unknown>; finished: Promise<unknown> }
      }
    }
    navigation.addEventListener(
      'navigate',
      (event) => {
        const { intercept } = event as unknown as { intercept(options?: object): void }
        kit.log(Reflect.apply(intercept, event, [{ handler: async () => kit.log('handler') }]))
        call(kit, () => Reflect.apply(intercept, event, [5]))
        call(kit, () => Reflect.apply(intercept, {}, []))
      },
      { once: true },
    )
    await navigation.navigate('?intercepted').finished
    kit.log(location.search)
    history.replaceState(null, '', href)
  },
}
