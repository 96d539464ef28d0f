import { expect, test } from 'vitest'
import { createRedactor } from './redact-attributes.ts'

test('addresses lose query values, text loses what looks private, numbers stay', () => {
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

test('a redactor of the application runs on what ours leaves; nothing it fails on gets through', () => {
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
