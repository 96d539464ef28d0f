// biome-ignore-all lint/complexity/noCommaOperator: a getter that notes its call is one line
// biome-ignore-all lint/suspicious/noSelfCompare: a getter is to return the same object each time
// biome-ignore-all lint/suspicious/noThenProperty: thenables are what is compared
import type { Case, Cases, Kit } from './kit.ts'

const odd = (value: unknown) => value as never
const call = async ({ log }: Kit, run: () => unknown) => {
  try {
    const result = run()
    log(result instanceof Promise ? await result : typeof result)
  } catch (error) {
    log(error)
  }
}
const delays: readonly (readonly [string, unknown])[] = [
  ['none', undefined],
  ['0', 0],
  ['100', 100],
  ['a string', '60'],
  ['negative', -5],
  ['NaN', Number.NaN],
  ['a fraction', 60.7],
  ['null', null],
  ['an object', { valueOf: () => 60 }],
  ['2 ** 32 + 60', 2 ** 32 + 60],
]

/** Ticks until a promise is settled, with the ticks of a chain beside it. */
async function race(kit: Kit, label: string, promise: PromiseLike<unknown>): Promise<void> {
  promise.then(
    () => kit.log(`${label} fulfilled`),
    () => kit.log(`${label} rejected`),
  )
  for (let n = 0; n < 8; n++) {
    await null
    kit.log(n)
  }
}

export const schedulingCases: Cases = {
  ...Object.fromEntries(
    delays.map(([name, delay]): [string, Case] => [
      `setTimeout after ${name}`,
      (kit) =>
        new Promise<void>((resolve) => {
          const id = setTimeout(
            function (this: unknown, ...args: unknown[]) {
              kit.log([this === window, args, new Error('s').stack?.includes('twins') ?? false])
              resolve()
            },
            odd(delay),
            'a',
            2,
          )
          kit.log([typeof id, Number(id) > 0])
        }),
    ]),
  ),
  'a delay is converted once': (kit) =>
    new Promise<void>((resolve) => {
      setTimeout(
        resolve,
        odd({ valueOf: () => (kit.log('valueOf'), 60), toString: () => (kit.log('toString'), '60') }),
      )
      kit.log('set')
    }),
  'a delay that throws': (kit) =>
    call(kit, () =>
      setTimeout(
        () => {},
        odd({
          valueOf: () => {
            kit.log('valueOf')
            throw new RangeError('mine')
          },
        }),
      ),
    ),
  'a handler that is text': async (kit) => {
    Object.assign(window, { twin: undefined })
    setTimeout('window.twin = this === window', 60)
    await kit.wait(150)
    const { twin } = window as unknown as { twin: unknown }
    Reflect.deleteProperty(window, 'twin')
    return twin
  },
  'a handler that is an object': async (kit) => {
    setTimeout(odd({ toString: () => (kit.log('toString'), 'void 0') }), 60)
    setTimeout(odd(null), 60)
    setTimeout(odd(undefined), 60)
    await kit.wait(150)
  },
  'timers without arguments': async (kit) => {
    for (const name of [
      'setTimeout',
      'setInterval',
      'clearTimeout',
      'clearInterval',
      'requestAnimationFrame',
      'requestIdleCallback',
      'queueMicrotask',
      'cancelAnimationFrame',
    ] as const) {
      await call(kit, () => Reflect.apply(window[name], undefined, []))
      await call(kit, () => Reflect.apply(window[name], {}, [() => {}]))
      await call(kit, () => Reflect.apply(window[name], undefined, [5]))
    }
  },
  'ids are converted when they are cleared': async (kit) => {
    for (const convert of [
      String,
      (id: number) => ({ valueOf: () => (kit.log('valueOf'), id) }),
      (id: number) => id + 2 ** 32,
      (id: number) => id + 0.5,
      Object,
    ]) {
      const id = setTimeout(() => kit.log('not cleared'), 60)
      clearTimeout(odd(convert(id as unknown as number)))
    }
    await kit.wait(120)
  },
  'what is no id clears nothing': async (kit) => {
    setTimeout(() => kit.log('fired'), 60)
    for (const value of [undefined, null, 'x', {}, Number.NaN, -1, 0, Symbol('s')])
      await call(kit, () => clearTimeout(odd(value)))
    await kit.wait(120)
  },
  'clearInterval clears a timer, clearTimeout an interval': async (kit) => {
    clearInterval(odd(setTimeout(() => kit.log('timer'), 60)))
    clearTimeout(odd(setInterval(() => kit.log('interval'), 60)))
    await kit.wait(150)
  },
  'a timer cleared in its callback': async (kit) => {
    const id = setTimeout(() => {
      clearTimeout(id)
      kit.log('fired')
    }, 60)
    await kit.wait(120)
  },
  'an interval': (kit) =>
    new Promise<void>((resolve) => {
      let n = 0
      const id = setInterval(
        function (this: unknown, argument: unknown) {
          kit.log([this === window, argument])
          if (++n === 3) {
            clearInterval(id)
            resolve()
          }
        },
        5,
        'a',
      )
    }),
  'timers fire in order': async (kit) => {
    setTimeout(() => kit.log('60'), 60)
    setTimeout(() => kit.log('0'), 0)
    setTimeout(() => kit.log('0 again'))
    queueMicrotask(() => kit.log('microtask'))
    Promise.resolve().then(() => kit.log('promise'))
    kit.log('sync')
    await kit.wait(120)
  },
  'a timer that throws': async (kit) => {
    setTimeout(() => {
      throw new RangeError('mine')
    }, 60)
    await kit.wait(120)
  },
  requestAnimationFrame: (kit) =>
    new Promise<void>((resolve) => {
      cancelAnimationFrame(requestAnimationFrame(() => kit.log('cancelled')))
      requestAnimationFrame(function (this: unknown, ...args: unknown[]) {
        kit.log([this === window, args.length, typeof args[0]])
        resolve()
      })
    }),
  requestIdleCallback: (kit) =>
    new Promise<void>((resolve) => {
      requestIdleCallback(
        function (this: unknown, ...args: unknown[]) {
          kit.log([this === window, args.length, typeof (args[0] as IdleDeadline).timeRemaining()])
          resolve()
        },
        { timeout: 50 },
      )
    }),
  queueMicrotask: async (kit) => {
    queueMicrotask(function (this: unknown, ...args: unknown[]) {
      kit.log([this === undefined || this === window, args])
    })
    queueMicrotask(() => {
      throw new RangeError('mine')
    })
    await kit.wait(10)
  },
  'callbacks that are no functions': async (kit) => {
    for (const value of [undefined, null, 5, 'x', {}, { handleEvent() {} }]) {
      await call(kit, () => queueMicrotask(odd(value)))
      await call(kit, () => requestAnimationFrame(odd(value)))
      await call(kit, () => requestIdleCallback(odd(value)))
    }
  },
  MessageChannel: async (kit) => {
    const { port1, port2 } = new MessageChannel()
    const got = new Promise<void>((resolve) => {
      port1.onmessage = function (event) {
        kit.log([this === port1, event.data, event.ports.length, event.isTrusted])
        if (event.data === 'last') resolve()
      }
    })
    port2.postMessage({ a: 1 })
    const other = new MessageChannel()
    port2.postMessage('with a port', [other.port1])
    await call(kit, () => port2.postMessage(odd(() => {})))
    await call(kit, () => Reflect.apply(port2.postMessage, port2, []))
    port2.postMessage('last')
    await got
    port1.close()
  },
  'ports are the same each time': () => {
    const channel = new MessageChannel()
    return [channel.port1 === channel.port1, channel.port1 === channel.port2, Object.keys(channel)]
  },
  BroadcastChannel: async (kit) => {
    const [a, b] = [new BroadcastChannel('twins'), new BroadcastChannel('twins')]
    const got = new Promise<void>((resolve) =>
      b.addEventListener('message', ({ data }) => {
        kit.log(data)
        resolve()
      }),
    )
    a.postMessage('hello')
    await got
    a.close()
    b.close()
  },
  scheduler: async (kit) => {
    const { scheduler } = window as unknown as {
      scheduler: {
        postTask(callback: () => unknown, options?: object): Promise<unknown>
        yield(): Promise<void>
      }
    }
    kit.log(
      await scheduler.postTask(function (this: unknown, ...args: unknown[]) {
        return [this === undefined || this === window, args.length]
      }),
    )
    await call(kit, () => scheduler.postTask(odd(5)))
    await call(kit, () =>
      scheduler.postTask(() => {
        throw new RangeError('mine')
      }),
    )
    await call(kit, () => scheduler.postTask(() => 1, { priority: 'none' }))
    await call(kit, () => scheduler.postTask(() => 1, { signal: AbortSignal.abort('no') }))
    kit.log(await scheduler.yield())
  },
  locks: async (kit) => {
    kit.log(await navigator.locks.request('twins', (lock) => lock?.name))
    kit.log(await navigator.locks.request('twins', { mode: 'shared' }, async (lock) => lock?.mode))
    await call(kit, () => navigator.locks.request('twins', odd(5)))
    await call(kit, () =>
      navigator.locks.request('twins', () => {
        throw new RangeError('mine')
      }),
    )
    await call(kit, () => Reflect.apply(navigator.locks.request, navigator.locks, []))
  },
  toBlob: (kit) =>
    new Promise<void>((resolve) => {
      const canvas = document.createElement('canvas')
      canvas.toBlob((blob) => {
        kit.log(blob?.type)
        resolve()
      }, 'image/png')
    }),
  startViewTransition: async (kit) => {
    const start = (argument?: unknown) =>
      (
        document as unknown as {
          startViewTransition(argument?: unknown): {
            updateCallbackDone: Promise<unknown>
            ready: Promise<unknown>
            finished: Promise<unknown>
            skipTransition(): void
          }
        }
      ).startViewTransition(argument)
    for (const argument of [
      () => kit.log('callback'),
      undefined,
      null,
      { update: () => kit.log('update'), types: ['a'] },
      { update: null },
    ]) {
      const transition = start(argument)
      transition.ready.catch(() => {})
      transition.finished.catch(() => {})
      await transition.updateCallbackDone
      transition.skipTransition()
    }
    await call(kit, () => start(5))
    await call(kit, () => start({ update: 5 }))
  },
  'geolocation without arguments': async (kit) => {
    await call(kit, () => Reflect.apply(navigator.geolocation.getCurrentPosition, navigator.geolocation, []))
    await call(kit, () => Reflect.apply(navigator.geolocation.watchPosition, navigator.geolocation, [5]))
  },
  'then on each side': async (kit) => {
    kit.log(await Promise.resolve(1).then((n) => n + 1))
    kit.log(await Promise.reject(new RangeError('r')).then(odd(undefined), (error) => error))
    kit.log(await Promise.resolve(1).then(odd(5)))
    kit.log(await Promise.resolve(1).finally(() => 2))
    await kit.settle(
      'finally',
      Promise.resolve(1).finally(() => {
        throw new RangeError('f')
      }),
    )
    await kit.settle(
      'catch',
      Promise.reject(new RangeError('c')).catch(() => 'caught'),
    )
  },
  'callbacks of promises have no this': async (kit) => {
    await Promise.resolve(1).then(function (this: unknown, ...args) {
      kit.log([this === undefined || this === window, args])
    })
  },
  'thenables are assimilated': async (kit) => {
    const thenable = { then: (resolve: (value: string) => void) => (kit.log('then'), resolve('t')) }
    kit.log(await thenable)
    kit.log(await Promise.resolve(thenable))
    kit.log(await Promise.all([thenable, 1]))
    kit.log(await (async () => thenable)())
  },
  'subclasses by species': async (kit) => {
    class Own<T> extends Promise<T> {}
    class Plain<T> extends Promise<T> {
      static override get [Symbol.species]() {
        return Promise
      }
    }
    kit.log([
      Own.resolve(1).then(() => 1) instanceof Own,
      Plain.resolve(1).then(() => 1) instanceof Plain,
      await Own.resolve(3),
      await Own.resolve(1).finally(() => {}),
    ])
    kit.log([
      Own.resolve(Own.resolve(1)) instanceof Own,
      Promise.resolve(Own.resolve(1)) instanceof Own,
      Own.all([1]) instanceof Own,
    ])
    kit.log(await (async () => Own.resolve(4))())
  },
  'a constructor of its own': async (kit) => {
    const promise = Promise.resolve(1)
    kit.log(Object.hasOwn(promise, 'constructor'))
    promise.constructor = class Other {} as unknown as PromiseConstructor
    kit.log([Object.hasOwn(promise, 'constructor'), Object.getOwnPropertyDescriptor(promise, 'constructor')])
    await call(kit, () => promise.then(() => 1))
  },
  'methods of promises on other receivers': async (kit) => {
    for (const receiver of [undefined, {}, 5]) {
      await call(kit, () => Reflect.apply(Promise.prototype.then, receiver, []))
      await call(kit, () => Reflect.apply(Promise.resolve, receiver, [1]))
    }
  },
  'ticks of a native await': (kit) =>
    race(
      kit,
      'async',
      (async () => {
        await null
        await Promise.resolve()
        return 1
      })(),
    ),
  'ticks of returned promises': (kit) => race(kit, 'returned', (async () => Promise.resolve(1))()),
  'ticks of then, catch, finally': (kit) =>
    race(
      kit,
      'chain',
      Promise.resolve(1)
        .then((n) => n)
        .catch(() => 0)
        .finally(() => {}),
    ),
  'ticks of all, race, any, allSettled': (kit) =>
    race(
      kit,
      'all',
      Promise.all([
        Promise.resolve(1),
        Promise.race([1, 2]),
        Promise.any([1]),
        Promise.allSettled([Promise.reject(1)]),
      ]),
    ),
  'ticks of a thenable': (kit) =>
    race(kit, 'thenable', Promise.resolve({ then: (resolve: () => void) => resolve() })),
  'interleaved chains': async (kit) => {
    const chain = async (name: string) => {
      for (let n = 0; n < 4; n++) {
        await (n % 2 ? null : Promise.resolve())
        kit.log(name + n)
      }
    }
    await Promise.all([chain('a'), chain('b'), chain('c')])
  },
  'unhandled rejections are reported once': async (kit) => {
    void Promise.reject(new RangeError('one'))
    void (async () => {
      throw new RangeError('two')
    })()
    void Promise.resolve().then(() => {
      throw new RangeError('three')
    })
    Promise.reject(new RangeError('handled')).catch(() => {})
    await kit.wait(20)
  },
  observers: async (kit) => {
    const element = document.body.appendChild(document.createElement('div'))
    const seen = (Observer: string, start: (callback: (...args: unknown[]) => void) => object) =>
      new Promise<void>((resolve) => {
        const observer: object = start(function (this: unknown, ...args: unknown[]) {
          kit.log([Observer, this === observer, Array.isArray(args[0]), args[1] === observer, args.length])
          resolve()
        })
      })
    const mutations = seen('Mutation', (callback) => {
      const observer = new MutationObserver(callback as never)
      observer.observe(element, { childList: true })
      return observer
    })
    element.append('x')
    await mutations
    await seen('Resize', (callback) => {
      const observer = new ResizeObserver(callback as never)
      observer.observe(element)
      return observer
    })
    await seen('Intersection', (callback) => {
      const observer = new IntersectionObserver(callback as never)
      observer.observe(element)
      return observer
    })
    await seen('Performance', (callback) => {
      const observer = new PerformanceObserver(callback as never)
      observer.observe({ entryTypes: ['mark'] })
      performance.mark('twin')
      return observer
    })
    element.remove()
  },
  'observers of what cannot be observed': async (kit) => {
    for (const name of [
      'MutationObserver',
      'ResizeObserver',
      'IntersectionObserver',
      'PerformanceObserver',
    ] as const) {
      const Observer = window[name] as unknown as new (
        callback: unknown,
      ) => { observe(...args: unknown[]): void }
      for (const callback of [undefined, null, 5, {}]) await call(kit, () => new Observer(callback))
      for (const target of [undefined, null, {}, document.body])
        await call(kit, () => new Observer(() => {}).observe(target))
    }
  },
  FileReader: (kit) =>
    new Promise<void>((resolve) => {
      const reader = new FileReader()
      for (const type of ['loadstart', 'load', 'loadend', 'error'])
        reader.addEventListener(type, () => kit.log(type))
      reader.onloadend = function () {
        kit.log([this === reader, reader.result])
        resolve()
      }
      reader.readAsText(new Blob(['text']))
    }),
  IndexedDB: (kit) =>
    new Promise<void>((resolve) => {
      const request = indexedDB.open('twins', 1)
      request.onupgradeneeded = function () {
        kit.log([this === request])
        request.result.createObjectStore('s')
      }
      request.onsuccess = () => {
        const database = request.result
        const transaction = database.transaction('s', 'readwrite')
        transaction.objectStore('s').put('value', 'key').onsuccess = () => kit.log('put')
        transaction
          .objectStore('s')
          .get('key')
          .addEventListener('success', ({ target }) => kit.log((target as IDBRequest).result))
        transaction.oncomplete = () => {
          kit.log('complete')
          database.close()
          resolve()
        }
      }
    }),
}
