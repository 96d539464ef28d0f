import { describe, expect, test } from 'vitest'
import { explainFailure, failureAsValue, RequestFailure } from './failure.ts'

const withCode = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:80`), { code })
const explain = (error: unknown) => {
  const { kind, message } = explainFailure(error, 'shop.example:81', 2_500)
  return [kind, message]
}

describe('the kind of a failure', () => {
  test.each([
    ['a host without a server', 'ECONNREFUSED', 'refused'],
    ['a name that does not exist', 'ENOTFOUND', 'name'],
    ['a resolver that does not answer', 'EAI_AGAIN', 'name'],
    ['a certificate of its own', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['a chain with a certificate of its own', 'SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['a certificate of another name', 'ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['a certificate that has expired', 'CERT_HAS_EXPIRED', 'tls'],
    ['a certificate without its issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['a version of TLS that is too old', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls'],
    ['a server without TLS', 'EPROTO', 'tls'],
    ['a connection that is not established', 'ETIMEDOUT', 'timeout'],
    ['a connection that is reset', 'ECONNRESET', 'closed'],
    ['a connection that is closed while the request is sent', 'EPIPE', 'closed'],
    ['a network without a route', 'EHOSTUNREACH', 'other'],
    ['a response that is not HTTP', 'HPE_INVALID_CONSTANT', 'other'],
    ['headers that are too large', 'HPE_HEADER_OVERFLOW', 'other'],
  ])('%s', (_, code, kind) => {
    expect(explain(withCode(code))[0]).toBe(kind)
  })
})

describe('the message of a failure', () => {
  test.each([
    [
      'names the host and the time',
      new DOMException('', 'TimeoutError'),
      'shop.example:81 did not answer within 2.5 s',
    ],
    [
      'names the code of a name',
      withCode('ENOTFOUND'),
      'the name shop.example:81 does not resolve (ENOTFOUND)',
    ],
    [
      'names the code of TLS',
      withCode('CERT_HAS_EXPIRED'),
      'the TLS connection to shop.example:81 failed: CERT_HAS_EXPIRED',
    ],
    [
      'says that the connection was closed',
      withCode('ECONNRESET'),
      'shop.example:81 closed the connection before the response was complete',
    ],
    ['names another code', withCode('EHOSTUNREACH'), 'the request to shop.example:81 failed: EHOSTUNREACH'],
    [
      'has the text of an error without a code',
      new Error('bad'),
      'the request to shop.example:81 failed: bad',
    ],
    ['has the text of what is no error', 'bad', 'the request to shop.example:81 failed: bad'],
    ['can be that of nothing', undefined, 'the request to shop.example:81 failed: undefined'],
  ])('%s', (_, error, message) => {
    expect(explain(error)[1]).toBe(message)
  })
})

describe('the cause of a failure', () => {
  test('is the first of several addresses', () => {
    const error = new AggregateError([withCode('ECONNREFUSED'), withCode('EHOSTUNREACH')])
    expect(explain(error)[0]).toBe('refused')
  })

  test('is the reason of an aborted request', () => {
    const error = new Error('aborted', { cause: new DOMException('', 'TimeoutError') })
    error.name = 'AbortError'
    expect(explain(error)[0]).toBe('timeout')
  })

  test('is the error itself without a reason', () => {
    const error = new Error('aborted')
    error.name = 'AbortError'
    expect(explain(error)).toEqual(['other', 'the request to shop.example:81 failed: aborted'])
  })

  test('is the error itself without a list of errors', () => {
    expect(explain(new AggregateError([], 'none'))).toEqual([
      'other',
      'the request to shop.example:81 failed: none',
    ])
    expect(explain(new AggregateError(['text'], 'none'))[1]).toContain('none')
  })
})

describe('a failure as a value', () => {
  test('is the result if there is one', async () => {
    expect(await failureAsValue(Promise.resolve(1))).toBe(1)
  })

  test('is the failure of a request', async () => {
    const failure = new RequestFailure('closed', 'closed')
    expect(await failureAsValue(Promise.reject(failure))).toBe(failure)
  })

  test('is never another error', async () => {
    const error = new TypeError('a fault of the program')
    await expect(failureAsValue(Promise.reject(error))).rejects.toBe(error)
  })
})
