import { describe, expect, test } from 'vitest'
import { guarded } from './guarded.ts'
import { isObject, platformClass, textAt } from './platform-class.ts'
import { readThrough } from './read-through.ts'
import { stopAll } from './stop-all.ts'

test.each([
  [{}, true],
  [[], true],
  [() => {}, true],
  [class {}, true],
  [new Proxy({}, {}), true],
  [Object(1), true],
  [null, false],
  [undefined, false],
  ['text', false],
  [0, false],
  [1n, false],
  [Symbol('x'), false],
  [true, false],
])('%o is an object: %s', (value, expected) => {
  expect(isObject(value)).toBe(expected)
})

test.each([
  ['Request', true],
  ['fetch', true],
  ['NoSuchClass', false],
  ['NaN', false],
  ['globalThis', false],
])('%s is a class or a function of the platform: %s', (name, expected) => {
  expect(platformClass(name) !== undefined).toBe(expected)
})

// https://webidl.spec.whatwg.org/#js-DOMString
describe('an argument as a string', () => {
  test.each([
    ['text', 'text'],
    [7, '7'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [['a', 'b'], 'a,b'],
    [new URL('https://shop.example'), 'https://shop.example/'],
    [{ toString: () => 'own' }, 'own'],
    [{ [Symbol.toPrimitive]: () => 'primitive' }, 'primitive'],
  ])('%o is %j', (value, text) => {
    expect(textAt([value], 0)).toBe(text)
  })

  test('is converted once, and the platform gets the result', () => {
    let count = 0
    const args: unknown[] = ['GET', { toString: () => `/call-${++count}` }]
    expect(textAt(args, 1)).toBe('/call-1')
    expect(textAt(args, 1)).toBe('/call-1')
    expect(args).toEqual(['GET', '/call-1'])
  })

  test('that cannot be converted throws the error of the platform', () => {
    const error = new Error('no')
    const broken = {
      toString() {
        throw error
      },
    }
    expect(() => textAt([broken], 0)).toThrow(error)
    expect(() => textAt([Object.create(null)], 0)).toThrow(TypeError)
  })
})

describe('options that are read through', () => {
  const upper = (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : value)

  test('have mapped values, and the source is not changed', () => {
    const source = Object.freeze({ mode: 'cors', once: true })
    const options = readThrough(source, upper)
    expect([Reflect.get(options, 'mode'), Reflect.get(options, 'once')]).toEqual(['CORS', true])
    expect(source).toEqual({ mode: 'cors', once: true })
  })

  test('are read by the platform in its own order, each as often as it reads', () => {
    const read: string[] = []
    const source = {
      get capture() {
        read.push('capture')
        return true
      },
      get signal() {
        read.push('signal')
        return undefined
      },
    }
    new EventTarget().addEventListener('x', () => {}, readThrough(source, (value) => value) as never)
    expect(read.length).toBeGreaterThan(0)
    expect(new Set(read)).toEqual(new Set(['capture', 'signal']))
  })

  test('call getters with the source as `this`', () => {
    class Options {
      #mode = 'cors'
      get mode() {
        return this.#mode
      }
    }
    expect(Reflect.get(readThrough(new Options(), upper), 'mode')).toBe('CORS')
  })

  test('have the members that the source has or inherits', () => {
    const options = readThrough(Object.create({ passive: true }), (value) => value)
    expect(['passive' in options, 'once' in options]).toEqual([true, false])
  })
})

test('a guarded function returns its value, or undefined instead of an error', () => {
  expect(guarded(() => 7)).toBe(7)
  expect(
    guarded(() => {
      throw new Error('a bug')
    }),
  ).toBeUndefined()
})

test('functions that stop are called in their order', () => {
  const order: number[] = []
  stopAll([1, 2, 3].map((n) => () => order.push(n)))()
  expect(order).toEqual([1, 2, 3])
})
