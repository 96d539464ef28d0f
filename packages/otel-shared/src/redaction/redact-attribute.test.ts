import { expect, test } from 'vitest'
import { isSecretKey, redactAttribute } from './redact-attribute.ts'

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
