import { describe, expect, test } from 'vitest'
import { attribute, makeSpan } from '../../test/otlp.ts'
import { failureReason } from './failure-reason.ts'

const exception = (type: string | undefined, message: string | undefined) => ({
  timeUnixNano: '1',
  name: 'exception',
  attributes: [
    ...(type === undefined ? [] : [attribute('exception.type', type)]),
    ...(message === undefined ? [] : [attribute('exception.message', message)]),
  ],
})

describe('the reason of a failed span', () => {
  test.each([
    [
      'the type and message of its exception',
      { events: [exception('CardError', 'refused')] },
      'CardError: refused',
    ],
    ['the message of an exception without a type', { events: [exception(undefined, 'refused')] }, 'refused'],
    ['the last of its exceptions', { events: [exception('A', '1'), exception('B', '2')] }, 'B: 2'],
    [
      'its exception before the description of its status',
      { events: [exception('A', '1')], status: { code: 2, message: 'failed' } },
      'A: 1',
    ],
    [
      'the description of its status if the exception says nothing',
      { events: [exception(undefined, undefined)], status: { code: 2, message: 'failed' } },
      'failed',
    ],
    ['its HTTP status', { attributes: [attribute('http.response.status_code', 402)] }, 'HTTP 402'],
    [
      'its HTTP status by older conventions',
      { attributes: [attribute('http.status_code', 500)] },
      'HTTP 500',
    ],
    ['its error type', { attributes: [attribute('error.type', 'timeout')] }, 'timeout'],
    ['one line', { status: { code: 2, message: ' a\n\tb ' } }, 'a b'],
  ])('the reason is %s', (_, fields, expected) => {
    expect(failureReason(makeSpan(fields))).toBe(expected)
  })

  test('a long reason is cut to 200 characters', () => {
    const reason = failureReason(makeSpan({ status: { code: 2, message: 'x'.repeat(500) } }))
    expect(reason).toBe(`${'x'.repeat(199)}…`)
  })

  test('a span that does not say why it failed has none', () => {
    expect(failureReason(makeSpan({ status: { code: 2 } }))).toBeUndefined()
  })
})
