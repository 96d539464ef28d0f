import { expect, test } from 'vitest'
import { isSecretKey, redactAttribute, redactPrimitive } from './redact-attribute.ts'

test.each([
  'password',
  'db.password',
  'userPassword',
  'password_confirmation',
  'client_secret',
  'authToken',
  'http.request.header.authorization',
  'http.request.header.proxy-authorization',
  'http.request.header.cookie',
  'http.response.header.set-cookie',
  'http.request.header.x-api-key',
  'api_key',
  'apiKey',
  'private.key',
  'PHPSESSID',
  'connect.sid',
  'aws.credentials',
])('the value of the key %s is redacted', (key) => {
  expect(isSecretKey(key)).toBe(true)
  expect(redactAttribute(key, 'hunter2')).toBe('REDACTED')
})

test.each([
  'session.id',
  'gen_ai.usage.input_tokens',
  'gen_ai.token.type',
  'messaging.kafka.message.key',
  'feature_flag.key',
  'user.id',
  'exception.message',
  'inside',
])('the value of the key %s is unchanged', (key) => {
  expect(redactAttribute(key, 'hunter2')).toBe('hunter2')
})

test('query values of URLs and secrets in other texts are redacted', () => {
  expect(redactAttribute('url.full', '/a?q=b&page=2', { keepQuery: ['page'] })).toBe('/a?q=REDACTED&page=2')
  expect(redactAttribute('app.link', 'https://shop.example/a?q=b#c')).toBe(
    'https://shop.example/a?q=REDACTED',
  )
  expect(redactAttribute('app.note', 'sent to anna@example.com')).toBe('sent to REDACTED')
})

test('the values of the query in url.query are redacted', () => {
  expect(redactAttribute('url.query', 'q=b&page=2', { keepQuery: ['page'] })).toBe('q=REDACTED&page=2')
})

test.each([
  ['user.password', 'hunter2', 'REDACTED'],
  ['user.password', 1234, 'REDACTED'],
  ['user.password', 0, 'REDACTED'],
  ['user.password', true, true],
  ['user.password', null, null],
  ['user.password', undefined, undefined],
  ['http.response.status_code', 200, 200],
  ['app.note', 'sent to anna@example.com', 'sent to REDACTED'],
  ['url.full', '/a?q=b', '/a?q=REDACTED'],
])('with the key %s, the value %j becomes %j', (key, value, redacted) => {
  expect(redactPrimitive(key, value)).toBe(redacted)
})

test('the query parameters that are kept apply to single values too', () => {
  expect(redactPrimitive('url.full', '/a?page=2&q=b', { keepQuery: ['page'] })).toBe('/a?page=2&q=REDACTED')
})

test('a key is classified the same when more keys than the cache holds were used', () => {
  for (let index = 0; index < 600; index++) {
    expect(isSecretKey(`app.key-${index}.password`)).toBe(true)
    expect(isSecretKey(`app.key-${index}.color`)).toBe(false)
  }
  for (let round = 0; round < 2; round++) {
    expect(isSecretKey('late.password')).toBe(true)
    expect(isSecretKey('late.color')).toBe(false)
  }
})
