import { analyse } from 'scslre'
import { describe, expect, test } from 'vitest'
import { ORDINARY_KEYS, ORDINARY_PATHS, ORDINARY_TEXTS, ORDINARY_URLS } from '../../test/known-ordinary.ts'
import { knownSecrets } from '../../test/known-secrets.ts'
import { EARLY_PATH_TOKEN, rareSecrets as earlySecrets } from './early-secrets.ts'
import * as rareKinds from './rare-secret-kinds.ts'
import { redactAttribute } from './redact-attribute.ts'
import { redactText } from './redact-text.ts'
import { redactUrl } from './redact-url.ts'
import * as kinds from './secret-kinds.ts'

const { urls, texts } = knownSecrets()

describe('secrets that are redacted', () => {
  test('the table has at least 300 secrets', () => {
    expect(urls.length + texts.length).toBeGreaterThanOrEqual(300)
  })

  test.each(urls)('a secret in a URL is redacted: %s', (_, url, secret) => {
    expectRedacted(redactUrl(url), secret)
    // In an address within a text, the fragment and the data of a `data:` address are not redacted.
    if (!url.startsWith('data:')) expectRedacted(redactText(`Failed to fetch ${url} (500)`), secret)
    expectRedacted(redactAttribute('url.full', url), secret)
  })

  test.each(texts)('a secret in a text is redacted: %s', (_, text, secret) => {
    expectRedacted(redactText(text), secret)
    expectRedacted(redactAttribute('exception.message', text), secret)
    expectRedacted(redactText(`{"message":${JSON.stringify(text)}}`), secret)
  })

  // A random token can look like words or contain no digit.
  test('at most one of a hundred random tokens is not redacted', () => {
    let count = 0
    const leaked: string[] = []
    for (let seed = 2; seed <= 60; seed++) {
      const made = knownSecrets(seed)
      for (const [kind, url, secret] of made.urls) if (isLeft(redactUrl(url), secret)) leaked.push(kind)
      for (const [kind, text, secret] of made.texts) if (isLeft(redactText(text), secret)) leaked.push(kind)
      count += made.urls.length + made.texts.length
    }
    expect(leaked.length / count).toBeLessThan(0.01)
  })
})

// Each case has a reason. docs/redaction.md lists these cases too.
describe('secrets that are not redacted', () => {
  test.each([
    ['a short numeric code looks like the number of a resource', '/verify/482913', '482913'],
    [
      'after other words a UUID identifies a resource',
      '/page/3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      '3f2504e0',
    ],
    [
      'after other words hex of 32 identifies a resource',
      '/page/d41d8cd98f00b204e9800998ecf8427e',
      'd41d8cd9',
    ],
    ['before a file hex identifies a commit', '/x/dd27e15dec31b66fd6970cd052ac4cc4092d9ec4/a.md', 'dd27e15d'],
    ['after other words 128 bits identify a resource', '/page/V1StGXR8Z5jdHi6BmyTx4k', 'V1StGXR8'],
    ['a word may be a password', 'the password is swordfish', 'swordfish'],
    ['without a name it could be any base64', 'got wJalrXUtnFEMI/K7MDENG/bPxRfiCY', 'K7MDENG'],
  ])('a known secret is not redacted: %s', (_, text, secret) => {
    expect(redactText(text)).toContain(secret)
  })
})

describe('texts without a secret', () => {
  test('the table has at least 320 texts without a secret', () => {
    expect(ORDINARY_PATHS.length + ORDINARY_TEXTS.length).toBeGreaterThanOrEqual(320)
  })

  test.each(ORDINARY_PATHS)('the path %s is unchanged', (path) => {
    expect(redactUrl(path)).toBe(path)
    expect(redactText(`GET ${path}`)).toBe(`GET ${path}`)
  })

  test.each(ORDINARY_URLS)('the URL %s is unchanged', (url) => {
    expect(redactUrl(url)).toBe(url)
    expect(redactText(`Failed to fetch ${url} (500)`)).toBe(`Failed to fetch ${url} (500)`)
    expect(redactText(`at f (${url}:12:34)`)).toBe(`at f (${url}:12:34)`)
    expect(redactText(JSON.stringify({ url }))).toBe(JSON.stringify({ url }))
  })

  test.each(ORDINARY_TEXTS)('the text %s is unchanged', (text) => {
    expect(redactText(text)).toBe(text)
    expect(redactAttribute('app.note', text)).toBe(text)
  })

  test.each(ORDINARY_KEYS)('the value of the key %s is unchanged', (key) => {
    expect(redactAttribute(key, 'hunter')).toBe('hunter')
  })
})

describe('the rule for paths before the extras of the browser SDK have loaded', () => {
  const redact = (path: string) => earlySecrets.redact(path, (text) => text)

  test.each([
    ['/reset/Xk29fjqLw7VbT2sHc8Rp', '/reset/REDACTED'],
    ['/verify-email/3f2504e0-4f89-41d3-9a0c-0305e82c3301', '/verify-email/REDACTED'],
    ['/s/Xk29fjqLw7VbT2sHc8Rp', '/s/REDACTED'],
    ['/x/dd27e15dec31b66fd6970cd052ac4cc4092d9ec4', '/x/REDACTED'],
    ['/x/Xk29fjqLw7VbT2sHc8RpXk29fjqLw7VbT2sHc8Rp/a.pdf', '/x/REDACTED/a.pdf'],
  ])('%s becomes %s', (path, redacted) => {
    expect(redact(path)).toBe(redacted)
  })

  test.each([
    '/reset/success',
    '/orders/3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    '/blog/how-we-moved-fourteen-million-rows-in-2026',
    '/items/01ARZ3NDEKTSV4RRFFQ69G5FAV',
    '/assets/index-4fz1xK9a.js',
  ])('%s is unchanged', (path) => {
    expect(redact(path)).toBe(path)
  })
})

describe('the patterns of the table', () => {
  const patterns = [...Object.entries(kinds), ...Object.entries(rareKinds)].flatMap(([name, kind]) =>
    kind[0] instanceof RegExp ? [[name, kind[0]] as const] : [],
  )
  const all = [...patterns, ['EARLY_PATH_TOKEN', EARLY_PATH_TOKEN] as const]

  test('each kind has its own pattern', () => {
    expect(patterns.length).toBe(kinds.SECRET_KINDS.length + rareKinds.RARE_SECRET_KINDS.length)
  })

  test.each(all)('%s is linear', (_, pattern) => {
    expect(analyse(pattern).reports.map(({ type, character }) => [type, String(character)])).toEqual([])
  })

  test.each(patterns.filter(([name]) => name !== 'HEADER' && name !== 'NAMED'))(
    '%s is valid in RE2, except for lookarounds',
    (_, { source }) => {
      // No back-references, no `[^]`, and no repetition above 1,000, the maximum of RE2.
      expect(source).not.toMatch(/\\[1-9k]|\[\^\]|\{\d{4}/)
    },
  )
})

function isLeft(redacted: string, secret: string): boolean {
  const length = Math.min(secret.length, 12)
  for (let start = 0; start + length <= secret.length; start++) {
    if (redacted.includes(secret.slice(start, start + length))) return true
  }
  return false
}

function expectRedacted(redacted: string, secret: string): void {
  expect([redacted, isLeft(redacted, secret)]).toEqual([redacted, false])
}
