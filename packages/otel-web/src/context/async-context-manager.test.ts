import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AsyncContextManager } from './async-context-manager.ts'

const NAME = createContextKey('name')
const named = (name: string): Context => ROOT_CONTEXT.setValue(NAME, name)
const A = named('a')
const B = named('b')

let manager: AsyncContextManager
const active = () => manager.active().getValue(NAME)
const nativeTimeout = setTimeout
const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

beforeEach(() => {
  manager = new AsyncContextManager().enable()
})

afterEach(() => {
  manager.disable()
})

describe('a context', () => {
  test('a context lasts through thousands of awaits in one task', async () => {
    const cached = async (key: number) => key
    const begun = new Promise<void>((resolve) => nativeTimeout(resolve, 1))
    await manager.with(A, async () => {
      await begun
      for (let key = 0; key < 5000; key++) await cached(key)
      expect(active()).toBe('a')
    })
    expect(active()).toBeUndefined()
  })

  test('a context is active while its callback runs, and the previous one afterwards', () => {
    expect(active()).toBeUndefined()
    const result = manager.with(A, () => manager.with(B, active))
    expect(result).toBe('b')
    expect(active()).toBeUndefined()
  })

  test('streams keep their sources, including frozen ones and those with getters of private fields', async () => {
    class Source {
      readonly #type = 'bytes'
      get type() {
        return this.#type
      }
      pull(controller: ReadableByteStreamController) {
        controller.close()
        controller.byobRequest?.respond(0)
      }
    }
    expect(await new Response(new ReadableStream(new Source())).text()).toBe('')
    const source = Object.freeze({
      pull: (controller: ReadableStreamDefaultController) => controller.close(),
    })
    expect(await new Response(new ReadableStream(source)).text()).toBe('')
  })

  test('the callback gets its arguments and its this', () => {
    const self = { factor: 2 }
    const double = function (this: typeof self, n: number) {
      return n * this.factor
    }
    expect(manager.with(A, double, self, 21)).toBe(42)
  })

  test('a context ends when the callback throws', () => {
    expect(() =>
      manager.with(A, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(active()).toBeUndefined()
  })

  test('a bound function runs in its context', () => {
    const bound = manager.bind(A, (n: number) => `${active()} ${n}`)
    expect(bound(1)).toBe('a 1')
    expect(bound.length).toBe(1)
  })

  test('bind returns a value that is not a function unchanged', () => {
    const target = { some: 'object' }
    expect(manager.bind(A, target)).toBe(target)
  })
})

describe('an await', () => {
  test('an await keeps the context for every kind of promise', async () => {
    await manager.with(A, async () => {
      for (const value of [null, 1, Promise.resolve(), sleep(1), import('node:path')]) {
        await value
        expect(active()).toBe('a')
      }
    })
    expect(active()).toBeUndefined()
  })

  test('an await of a promise of another context keeps both contexts', async () => {
    let ready: Promise<void> | undefined
    const load = async () => {
      await sleep(2)
      expect(active()).toBe('a')
    }
    const first = manager.with(A, async () => {
      ready = load()
      await ready
      expect(active()).toBe('a')
    })
    await manager.with(B, async () => {
      await ready
      expect(active()).toBe('b')
    })
    await first
  })

  test('an await of a promise that another context resolves keeps both contexts', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = manager.with(A, async () => {
      await promise
      expect(active()).toBe('a')
      await null
      expect(active()).toBe('a')
    })
    await manager.with(B, async () => {
      await sleep(1)
      resolve()
      expect(active()).toBe('b')
      await null
      expect(active()).toBe('b')
    })
    await waiting
    expect(active()).toBeUndefined()
  })

  test('an await adds no tick and no property to a promise', async () => {
    const order: string[] = []
    const steps = async (name: string) => {
      for (let step = 0; step < 3; step++) {
        order.push(`${name}${step}`)
        await Promise.resolve()
      }
    }
    const promise = Promise.all([
      manager.with(A, () => steps('a')),
      manager.with(B, () => steps('b')),
      steps('c'),
    ])
    expect(promise.constructor).toBe(Promise)
    expect(Reflect.ownKeys(promise)).toEqual([])
    await promise
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2'])
  })

  test('an unhandled rejection is reported to the host', async () => {
    const reasons: unknown[] = []
    const note = (reason: unknown) => reasons.push(reason)
    const others = process.rawListeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
    try {
      manager.with(A, () => {
        void Promise.reject('unhandled')
        void Promise.resolve(Promise.reject('unhandled, resolved'))
        void Promise.reject('handled').catch(() => {})
      })
      await sleep(5)
    } finally {
      process.off('unhandledRejection', note)
      for (const other of others) process.on('unhandledRejection', other as (reason: unknown) => void)
    }
    expect(reasons).toEqual(['unhandled', 'unhandled, resolved'])
  })
})

describe('enter', () => {
  test('enter sets the context for the task, its microtasks and the work that they cause', async () => {
    const seen: unknown[] = []
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        manager.enter(A)
        queueMicrotask(() => seen.push(active()))
        setTimeout(() => {
          seen.push(active())
          resolve()
        }, 5)
      })
    })
    await sleep(5)
    expect(seen).toEqual(['a', 'a'])
    expect(active()).toBeUndefined()
  })
})

describe('disable', () => {
  test('disable restores every patched global', () => {
    const owners = [globalThis, Promise, Promise.prototype, EventTarget.prototype, MessagePort.prototype]
    const describeAll = () => owners.map((owner) => Object.getOwnPropertyDescriptors(owner))
    manager.disable()
    const before = describeAll()
    manager.enable()
    clearTimeout(setTimeout(() => {}))
    expect(describeAll()).not.toEqual(before)
    manager.disable()
    expect(describeAll()).toEqual(before)
    for (const [index, descriptors] of describeAll().entries()) {
      for (const key of Reflect.ownKeys(descriptors)) {
        const [now, then] = [descriptors, before[index]].map((all) => Reflect.get(all ?? {}, key))
        expect(now.value).toBe(then.value)
        expect(now.get).toBe(then.get)
      }
    }
  })

  test('disable keeps a patch above its own, and calls pass through', async () => {
    const ours = globalThis.setTimeout
    let calls = 0
    globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
      calls++
      return ours(...args)
    }) as typeof setTimeout
    const theirs = globalThis.setTimeout
    manager.disable()
    expect(globalThis.setTimeout).toBe(theirs)
    await sleep(1)
    expect(calls).toBe(1)
    manager.enable()
    manager.disable()
    globalThis.setTimeout = ours
  })

  test('disable makes every context inactive', () => {
    manager.with(A, () => {
      manager.disable()
      expect(active()).toBeUndefined()
    })
  })
})
