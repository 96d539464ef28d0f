import { runInNewContext } from 'node:vm'
import { SpanStatusCode } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { describe, expect, test } from 'vitest'
import { describeError, recordError } from './record-error.ts'

class PaymentError extends Error {}
class NamedError extends Error {
  override readonly name = 'SoldOut'
}

const throwing = (key: string, others: object = {}) =>
  Object.defineProperty({ ...others }, key, {
    get() {
      throw new Error('a trap')
    },
  })
const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error('a trap')
    },
  },
)
const { proxy: revoked, revoke } = Proxy.revocable({}, {})
revoke()

// https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
describe('the type and message of a thrown value', () => {
  test.each<[string, unknown, string, string]>([
    ['an error', new Error('sold out'), 'Error', 'sold out'],
    ['an error without a message', new RangeError(), 'RangeError', ''],
    ['a subclass that keeps the name of its parent', new PaymentError('no'), 'Error', 'no'],
    ['a subclass with a name', new NamedError('no'), 'SoldOut', 'no'],
    ['a DOMException', new DOMException('gone', 'AbortError'), 'AbortError', 'gone'],
    ['an error of another realm', runInNewContext('new TypeError("x")'), 'TypeError', 'x'],
    ['an error without a prototype', Object.setPrototypeOf(new Error('x'), null), 'object', 'x'],
    ['an error-like object', { name: 'AxiosError', message: 'timeout' }, 'AxiosError', 'timeout'],
    ['a plain object', { code: 7 }, 'Object', '[object Object]'],
    ['an object without a prototype', Object.create(null), 'object', 'unreadable'],
    ['an array', ['a', 'b'], 'Array', 'a,b'],
    ['a function', function checkout() {}, 'checkout', 'function checkout() {}'],
    ['a string', 'offline', 'string', 'offline'],
    ['an empty string', '', 'string', ''],
    ['a number', 404, 'number', '404'],
    ['a bigint', 7n, 'bigint', '7'],
    ['a boolean', false, 'boolean', 'false'],
    ['a symbol', Symbol('x'), 'symbol', 'Symbol(x)'],
    ['null', null, 'null', 'null'],
    ['undefined', undefined, 'undefined', 'undefined'],
    ['an error whose name is a number', Object.assign(new Error('x'), { name: 404 }), '404', 'x'],
    ['an error whose name is empty', Object.assign(new Error('x'), { name: '' }), 'Error', 'x'],
    ['a message that is an object', { message: { text: 'x' } }, 'Object', '[object Object]'],
    ['a message that cannot be read', throwing('message', { name: 'Odd' }), 'Odd', '[object Object]'],
    ['a name that cannot be read', throwing('name', { message: 'x' }), 'Object', 'x'],
    ['a toString that throws', { toString: () => hostile }, 'Object', 'unreadable'],
    ['a proxy that throws', hostile, 'object', 'unreadable'],
    ['a revoked proxy', revoked, 'object', 'unreadable'],
  ])('of %s', (_, error, type, message) => {
    const attributes = describeError(error)
    expect(attributes['exception.type']).toBe(type)
    expect(String(attributes['exception.message']).replace(/\s+/g, ' ')).toBe(message)
  })
})

describe('the stack', () => {
  const withStack = (stack: unknown, more: object = {}) => Object.assign(new Error('x'), { stack, ...more })

  test.each<[string, unknown, string | undefined]>([
    ['of an error is its own', withStack('Error: x\n  at a'), 'Error: x\n  at a'],
    ['of a string is absent', 'x', undefined],
    ['of null is absent', null, undefined],
    ['that is no string is absent', withStack(undefined), undefined],
    ['that is an object is absent', withStack({}), undefined],
    ['is followed by the cause', withStack('a', { cause: withStack('b') }), 'a\nCaused by: b'],
    [
      'is followed by causes of causes',
      withStack('a', { cause: withStack('b', { cause: withStack('c') }) }),
      'a\nCaused by: b\nCaused by: c',
    ],
    ['has a cause without a stack', withStack('a', { cause: 'sold out' }), 'a\nCaused by: sold out'],
    ['has null as a cause', withStack('a', { cause: null }), 'a\nCaused by: null'],
    ['has a cause that cannot be read', withStack('a', { cause: hostile }), 'a\nCaused by: unreadable'],
    ['of an error without a stack begins with its cause', withStack('', { cause: withStack('b') }), 'b'],
    [
      'of an AggregateError has all its errors',
      Object.assign(new AggregateError([withStack('b'), withStack('c')]), { stack: 'a' }),
      'a\nCaused by: b\nCaused by: c',
    ],
    ['ignores errors that are not iterable', withStack('a', { errors: 7 }), 'a'],
  ])('%s', (_, error, stack) => {
    expect(describeError(error)['exception.stacktrace']).toBe(stack)
  })

  test('of errors that cause each other is finite', () => {
    const one = withStack('a')
    const other = withStack('b', { cause: one })
    Object.assign(one, { cause: other })
    expect(describeError(one)['exception.stacktrace']).toBe('a\nCaused by: b')
  })

  test('has at most eight errors', () => {
    const errors = Array.from({ length: 20 }, (_, n) => withStack(`e${n}`))
    const stack = describeError(withStack('a', { errors }))['exception.stacktrace'] ?? ''
    expect(stack.split('\nCaused by: ')).toHaveLength(8)
  })
})

describe('recordError', () => {
  const record = (error: unknown, context?: object) => {
    const span = new BasicTracerProvider().getTracer('test').startSpan('a')
    recordError(span, error, context as never)
    return span as unknown as ReadableSpan
  }

  test('adds an exception event and sets the status', () => {
    const { status, events } = record(new RangeError('too many'))
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'too many' })
    expect(events).toMatchObject([
      {
        name: 'exception',
        attributes: {
          'exception.type': 'RangeError',
          'exception.message': 'too many',
          'exception.stacktrace': expect.stringContaining('record-error.test'),
        },
      },
    ])
  })

  test('adds the attributes of the app to the event', () => {
    expect(record('x', { 'app.step': 2 }).events[0]?.attributes).toMatchObject({ 'app.step': 2 })
  })

  test('sets the status when an attribute of the app cannot be read', () => {
    expect(record('x', throwing('app.step')).status.code).toBe(SpanStatusCode.ERROR)
  })
})
