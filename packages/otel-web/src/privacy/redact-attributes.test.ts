import { expect, test } from 'vitest'
import { createRedactor } from './redact-attributes.ts'

test('query values and secrets in texts are redacted, and numbers are kept', () => {
  const { attributes } = createRedactor(undefined, ['page'])
  expect(
    attributes({
      'url.full': 'https://user:secret@shop.example/cart?page=2&token=abc#top',
      'app.note': 'sent to bob@example.org',
      'app.notes': ['bob@example.org', 'fine'],
      'app.count': 3,
    }),
  ).toEqual({
    'url.full': expect.stringMatching(/^https:\/\/[^/]*shop\.example\/cart\?page=2&token=REDACTED$/),
    'app.note': 'sent to REDACTED',
    'app.notes': ['REDACTED', 'fine'],
    'app.count': 3,
  })
})

test('the redactor of the app runs after the built-in one, and an attribute on which it throws is removed', () => {
  const seen: unknown[] = []
  const { attributes } = createRedactor((key, value) => {
    seen.push(value)
    if (key === 'app.gone') return undefined
    if (key === 'app.broken') throw new Error('a bug')
    return key === 'app.name' ? String(value).toUpperCase() : value
  })
  expect(
    attributes({ 'app.name': 'bob@example.org x', 'app.gone': 1, 'app.broken': 'secret', 'app.kept': true }),
  ).toEqual({ 'app.name': 'REDACTED X', 'app.kept': true })
  expect(seen).toContain('REDACTED x')
})

test('values of secret keys of every type but booleans are redacted', () => {
  const { attributes } = createRedactor(undefined)
  expect(
    attributes({
      'db.password': 'opaque',
      'app.api_key': ['opaque', 'opaque'],
      'app.otp': 482_913,
      'app.token': [1, 2],
      'app.has_password': true,
      'session.id': 'stays',
    }),
  ).toEqual({
    'db.password': 'REDACTED',
    'app.api_key': ['REDACTED', 'REDACTED'],
    'app.otp': 'REDACTED',
    'app.token': ['REDACTED', 'REDACTED'],
    'app.has_password': true,
    'session.id': 'stays',
  })
})
