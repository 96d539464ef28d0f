import { afterEach, describe, expect, test } from 'vitest'
import {
  call,
  callbackOf,
  type Method,
  patchClass,
  patchMethod,
  patchProperty,
  replace,
  unpatchable,
  withoutPrototype,
} from './patch.ts'

/** An object with a method, as a prototype of the platform has it. */
function createTarget() {
  return {
    add(this: unknown, one: number, other: number) {
      return one + other
    },
  }
}

describe('a replacement', () => {
  function stock(this: unknown, a: number, _b?: number) {
    return [this, a]
  }
  const patched = replace(stock as Method, (original, self, args) => ['patched', call(original, self, args)])

  test('gets the function, `this` and the arguments', () => {
    const self = {}
    expect(call(patched, self, [1])).toEqual(['patched', [self, 1]])
  })

  test('has the name, the length and the properties of the original', () => {
    const original = Object.assign(function fetch(_a: unknown, _b: unknown) {}, { polyfill: true })
    const replaced = replace(original as Method, () => 0)
    expect([replaced.name, replaced.length]).toEqual(['fetch', 2])
    expect(Object.getPrototypeOf(replaced)).toBe(Function.prototype)
    expect(Object.keys(replaced)).toEqual(['polyfill'])
  })

  test('looks like a native function to its source text', () => {
    expect(Function.prototype.toString.call(replace(globalThis.fetch as Method, () => 0))).toContain(
      '[native code]',
    )
  })

  test('is a constructor only if the original is one', () => {
    const method = replace(createTarget().add as Method, () => 0)
    expect(() => Reflect.construct(method, [])).toThrow(TypeError)
    class Original {}
    const replaced = replace(Original as unknown as Method, () => 0)
    expect(Reflect.construct(replaced, [])).toBeInstanceOf(Original)
  })
})

test('a callback passes `this` and its arguments on', () => {
  const callback = callbackOf((self, args) => [self, args])
  const self = {}
  expect(Reflect.apply(callback, self, [1, 2])).toEqual([self, [1, 2]])
})

describe('a patched method', () => {
  test('is called until it is restored', () => {
    const target = createTarget()
    const restore = patchMethod(target, 'add', (stock, self, args) => Number(call(stock, self, args)) * 10)
    expect(target.add(1, 2)).toBe(30)
    restore()
    expect(target.add(1, 2)).toBe(3)
  })

  test.each([
    ['enumerable', { enumerable: true, configurable: true, writable: true }],
    ['hidden', { enumerable: false, configurable: true, writable: true }],
  ])('that was %s stays so, and its descriptor is restored', (_, flags) => {
    const target = {}
    const own = { value: () => 1, ...flags }
    Object.defineProperty(target, 'm', own)
    const restore = patchMethod(target, 'm', () => 2)
    expect(Object.getOwnPropertyDescriptor(target, 'm')).toMatchObject(flags)
    restore()
    expect(Object.getOwnPropertyDescriptor(target, 'm')).toEqual(own)
  })

  test('stays when another patch was installed on top, which then passes through', () => {
    const target = createTarget()
    const restore = patchMethod(target, 'add', (stock, self, args) => Number(call(stock, self, args)) * 10)
    const ours = target.add
    const theirs = (one: number, other: number) => ours.call(target, one, other) + 1
    target.add = theirs
    restore()
    expect(target.add).toBe(theirs)
  })

  test('that is patched twice is restored in reverse order', () => {
    const target = createTarget()
    const { add } = target
    const restores = [10, 100].map((factor) =>
      patchMethod(target, 'add', (stock, self, args) => Number(call(stock, self, args)) * factor),
    )
    expect(target.add(1, 0)).toBe(1000)
    for (const restore of restores.reverse()) restore()
    expect(target.add).toBe(add)
  })

  test('may have a symbol as its name', () => {
    const target = { [Symbol.iterator]: () => 1 }
    patchMethod(target, Symbol.iterator, () => 2)
    expect(target[Symbol.iterator]()).toBe(2)
  })

  test.each<[string, object | undefined]>([
    ['without a target', undefined],
    ['that does not exist', {}],
    ['that is inherited', Object.create({ m: () => 1 })],
    ['that is no function', { m: 7 }],
  ])('%s is not patched', (_, target) => {
    const before = target && Object.getOwnPropertyDescriptor(target, 'm')
    const restore = patchMethod(target, 'm', () => 2)
    expect(target && Object.getOwnPropertyDescriptor(target, 'm')).toEqual(before)
    expect(restore()).toBeUndefined()
  })
})

describe('what the page has made read-only is left unchanged and named', () => {
  test.each<[string, PropertyDescriptor]>([
    ['readOnly', { value: () => 1, writable: false, configurable: true }],
    ['frozen', { value: () => 1, writable: false, configurable: false }],
    ['accessor', { get: () => () => 1, configurable: true }],
  ])('%s', (name, descriptor) => {
    const target: Record<string, () => number> = {}
    Object.defineProperty(target, name, descriptor)
    patchMethod(target, name, () => 2)()
    expect(target[name]?.()).toBe(1)
    expect(unpatchable()).toContain(name)
  })

  test('a method that is not configurable but writable is patched', () => {
    const target = Object.defineProperty({} as { writable(): number }, 'writable', {
      value: () => 1,
      writable: true,
    })
    const restore = patchMethod(target, 'writable', () => 2)
    expect(target.writable()).toBe(2)
    restore()
    expect(target.writable()).toBe(1)
    expect(unpatchable()).not.toContain('writable')
  })
})

describe('properties of Object.prototype', () => {
  /** Runs `run` while the page has properties on `Object.prototype`. */
  function polluted<T>(run: () => T): T {
    const names = ['get', 'set', 'construct', 'has', 'value']
    const descriptor = withoutPrototype({ value: () => 'polluted', configurable: true })
    for (const name of names) Object.defineProperty(Object.prototype, name, descriptor)
    try {
      return run()
    } finally {
      for (const name of names) Reflect.deleteProperty(Object.prototype, name)
    }
  }

  test('do not act as traps or as parts of a descriptor', () => {
    const target = createTarget()
    const results = polluted(() => {
      const restore = patchMethod(target, 'add', (stock, self, args) => Number(call(stock, self, args)) * 10)
      const patched = [target.add(1, 2), target.add.name]
      restore()
      return [...patched, target.add(1, 2)]
    })
    expect(results).toEqual([30, 'add', 3])
  })

  test('are not read from an object without a prototype', () => {
    const object = withoutPrototype<{ own: number; get?: unknown }>({ own: 1 })
    expect(polluted(() => [object.own, object.get])).toEqual([1, undefined])
  })
})

describe('a patched property', () => {
  test('may be an accessor', () => {
    const target = Object.defineProperty({} as { body: string }, 'body', {
      get: () => 'body',
      configurable: true,
    })
    const restore = patchProperty(target, 'body', ({ get, ...own }) => ({
      ...own,
      get: replace(get as Method, (stock, self) => `patched ${call(stock, self, [])}`) as () => unknown,
    }))
    expect(target.body).toBe('patched body')
    restore()
    expect(target.body).toBe('body')
  })

  test('is left unchanged when there is nothing to replace', () => {
    const target = { a: 1 }
    patchProperty(target, 'a', () => undefined)()
    expect(target).toEqual({ a: 1 })
  })
})

describe('a patched class', () => {
  const scope = globalThis as unknown as Record<string, unknown>
  class Socket {
    readonly url: string
    constructor(url: string) {
      this.url = url
    }
  }
  let restore = () => {}
  afterEach(() => {
    restore()
    Reflect.deleteProperty(scope, 'TestSocket')
  })
  const install = () => {
    const made: unknown[] = []
    scope.TestSocket = Socket
    restore = patchClass('TestSocket', (build, args) => {
      const socket = build([`${args[0]}?patched`])
      made.push(socket)
      return socket
    })
    return { Patched: scope.TestSocket as typeof Socket, made }
  }

  test('makes instances of the original', () => {
    const { Patched, made } = install()
    const socket = new Patched('wss://shop.example/')
    expect(socket.url).toBe('wss://shop.example/?patched')
    expect(socket).toBeInstanceOf(Socket)
    expect(socket).toBeInstanceOf(Patched)
    expect(made).toEqual([socket])
  })

  test('is the constructor of its instances, as without a patch', () => {
    const { Patched } = install()
    expect(new Patched('x').constructor).toBe(Patched)
    expect(Patched.name).toBe('Socket')
  })

  test('can be subclassed', () => {
    const { Patched } = install()
    class Own extends Patched {
      readonly isOwn = true
    }
    const own = new Own('x')
    expect(own).toBeInstanceOf(Own)
    expect(own).toMatchObject({ isOwn: true, url: 'x?patched' })
  })

  test('cannot be called without new', () => {
    const { Patched } = install()
    expect(() => (Patched as unknown as () => void)()).toThrow(TypeError)
  })

  test('is restored together with the constructor of its prototype', () => {
    install()
    restore()
    expect(scope.TestSocket).toBe(Socket)
    expect(new Socket('x').constructor).toBe(Socket)
  })

  test('that the browser does not have is not patched', () => {
    expect(patchClass('NoSuchSocket', (build, args) => build(args))()).toBeUndefined()
    expect('NoSuchSocket' in scope).toBe(false)
  })
})
