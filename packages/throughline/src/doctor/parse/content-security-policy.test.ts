import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  blocksConnection,
  blocksScript,
  blocksTrustedTypes,
  parsePolicies,
} from './content-security-policy.ts'
import { readTags } from './html.ts'

const PAGE = new URL('https://www.example.com/')
const URL_OF_SCRIPT = new URL('https://www.example.com/throughline.js')
const SHA256 = `sha256-${'A'.repeat(43)}=`
const SHA384 = `sha384-${'B'.repeat(64)}`

function policyOf(text: string) {
  return parsePolicies([text])[0] ?? new Map<string, readonly string[]>()
}

function tagOf(html: string) {
  const [tag] = readTags(html)
  if (!tag) throw new Error(`${html} has no tag`)
  return tag
}

/** Whether a policy blocks the script of a tag. */
function isBlocked(policy: string, html: string): boolean {
  const tag = tagOf(html)
  const url = tag.attributes.has('src') ? URL_OF_SCRIPT : undefined
  const integrity = tag.attributes.get('integrity')
  return blocksScript(policyOf(policy), PAGE, { tag, url, isAdded: false, integrity }) !== undefined
}

interface AddedScript {
  readonly integrity?: string
  /** The tag of the loader. */
  readonly html?: string
}

/** Whether a policy blocks a script that the loader adds. */
function isAddedBlocked(policy: string, { integrity, html = '<script>' }: AddedScript): boolean {
  const use = { tag: tagOf(html), url: URL_OF_SCRIPT, isAdded: true, integrity }
  return blocksScript(policyOf(policy), PAGE, use) !== undefined
}

describe('a list of policies', () => {
  test.each([
    ['is empty without headers', [], []],
    ['has one policy for each header', ['a b', 'c'], [{ a: ['b'] }, { c: [] }]],
    ['has one policy for each part between commas', ['a b, c d'], [{ a: ['b'] }, { c: ['d'] }]],
    ['has no empty policies', [' , ;;, a', ''], [{ a: [] }]],
    ['separates directives by semicolons', ['a b;c d; e'], [{ a: ['b'], c: ['d'], e: [] }]],
    ['separates sources by white space of ASCII', ['a \t b\n\fc\r'], [{ a: ['b', 'c'] }]],
    ['takes other white space as part of a source', ['a b\u00a0c'], [{ a: ['b\u00a0c'] }]],
    ['has directives in lower case and sources as they are', ['A-B C'], [{ 'a-b': ['C'] }]],
    ['has the first of two directives with one name', ['a b; A c'], [{ a: ['b'] }]],
  ])('%s', (_, headers, expected) => {
    expect(parsePolicies(headers).map((policy) => Object.fromEntries(policy))).toEqual(expected)
  })
})

describe('the directive that decides about scripts', () => {
  test.each([
    [
      'is script-src-elem before script-src',
      "script-src-elem 'none'; script-src *",
      "script-src-elem 'none'",
    ],
    ['is script-src before default-src', "default-src *; script-src 'none'", "script-src 'none'"],
    ['is default-src without these', "default-src 'none'", "default-src 'none'"],
    ['is the first even if a later one blocks', "script-src-elem *; script-src 'none'", undefined],
    ['is not script-src-attr', "script-src-attr 'none'", undefined],
    ['blocks without sources', 'script-src', 'script-src'],
    ['is absent in a policy of other things', "img-src 'none'; frame-ancestors 'none'", undefined],
  ])('%s', (_, policy, expected) => {
    const use = { tag: tagOf('<script>'), url: URL_OF_SCRIPT, isAdded: false, integrity: undefined }
    expect(blocksScript(policyOf(policy), PAGE, use)).toBe(expected)
  })
})

describe('a script with an address', () => {
  test.each([
    ['is allowed by its host', "script-src 'self'", '<script src=a>', false],
    ['is blocked by another host', 'script-src cdn.example', '<script src=a>', true],
    ['is blocked by unsafe-inline', "script-src 'unsafe-inline'", '<script src=a>', true],
    ['is allowed by its nonce', "script-src 'nonce-abc'", '<script src=a nonce=abc>', false],
    [
      'is allowed by its nonce after a keyword in upper case',
      "script-src 'NONCE-abc'",
      '<script src=a nonce=abc>',
      false,
    ],
    ['is blocked by its nonce in another case', "script-src 'nonce-ABC'", '<script src=a nonce=abc>', true],
    ['is blocked by a nonce without quotes', 'script-src nonce-abc', '<script src=a nonce=abc>', true],
    ['is blocked without the nonce', "script-src 'nonce-abc'", '<script src=a>', true],
    ['is blocked with an empty nonce', "script-src 'nonce-'", '<script src=a nonce="">', true],
    ['is allowed by its host beside a nonce', "script-src 'nonce-abc' 'self'", '<script src=a>', false],
    [
      'is allowed by the hash of its integrity',
      `script-src '${SHA256}'`,
      `<script src=a integrity="${SHA256}">`,
      false,
    ],
    ['is blocked by a hash without integrity', `script-src '${SHA256}'`, '<script src=a>', true],
    [
      'is allowed if all of its hashes are listed',
      `script-src '${SHA384}' '${SHA256}'`,
      `<script src=a integrity="${SHA256} ${SHA384}">`,
      false,
    ],
    [
      'is blocked if one of its hashes is not listed',
      `script-src '${SHA256}'`,
      `<script src=a integrity="${SHA256} ${SHA384}">`,
      true,
    ],
    [
      'is blocked with an integrity of white space',
      `script-src '${SHA256}'`,
      '<script src=a integrity=" ">',
      true,
    ],
    [
      'is blocked by its host beside strict-dynamic',
      "script-src 'self' 'strict-dynamic'",
      '<script src=a>',
      true,
    ],
    [
      'is allowed by its nonce beside strict-dynamic',
      "script-src 'nonce-abc' 'strict-dynamic'",
      '<script src=a nonce=abc>',
      false,
    ],
    [
      'is allowed by its hash beside strict-dynamic',
      `script-src '${SHA256}' 'strict-dynamic'`,
      `<script src=a integrity=${SHA256}>`,
      false,
    ],
  ])('%s', (_, policy, html, expected) => {
    expect(isBlocked(policy, html)).toBe(expected)
  })
})

describe('an inline script', () => {
  const hash = (algorithm: string, text = 'let a') =>
    `'${algorithm}-${createHash(algorithm).update(text).digest('base64')}'`
  const inUrlAlphabet = hash('sha256').replaceAll('+', '-').replaceAll('/', '_')
  const HTML = '<script>let a</script>'

  test.each([
    ['is allowed by unsafe-inline', "script-src 'unsafe-inline'", false],
    ['is allowed by unsafe-inline in another case', "script-src 'Unsafe-Inline'", false],
    ['is blocked by unsafe-inline beside a nonce', "script-src 'unsafe-inline' 'nonce-abc'", true],
    ['is blocked by unsafe-inline beside a hash', `script-src 'unsafe-inline' '${SHA256}'`, true],
    [
      'is blocked by unsafe-inline beside strict-dynamic',
      "script-src 'unsafe-inline' 'strict-dynamic'",
      true,
    ],
    ['is blocked by hosts', "script-src 'self' https: *", true],
    ['is allowed by its SHA-256', `script-src ${hash('sha256')}`, false],
    ['is allowed by its SHA-384', `script-src ${hash('sha384')}`, false],
    ['is allowed by its SHA-512', `script-src ${hash('sha512')}`, false],
    ['is allowed by its hash in the alphabet of addresses', `script-src ${inUrlAlphabet}`, false],
    [
      'is allowed by its hash after an algorithm in upper case',
      `script-src ${hash('sha256').replace('sha', 'SHA')}`,
      false,
    ],
    ['is blocked by an algorithm that policies do not have', `script-src ${hash('sha1')}`, true],
    ['is blocked by the hash of another script', `script-src ${hash('sha256', 'let a ')}`, true],
    ['is blocked by the hash in another case', `script-src ${hash('sha256').toUpperCase()}`, true],
    ['is blocked by a hash without quotes', `script-src ${hash('sha256').replaceAll("'", '')}`, true],
  ])('%s', (_, policy, expected) => {
    expect(isBlocked(policy, HTML)).toBe(expected)
  })

  test('is allowed by the hash of its text with the line ends of Unix', () => {
    expect(isBlocked(`script-src ${hash('sha256', 'a\nb')}`, '<script>a\r\nb</script>')).toBe(false)
  })

  test('is allowed by the hash of its text in UTF-8', () => {
    expect(isBlocked(`script-src ${hash('sha256', '"€"')}`, '<script>"€"</script>')).toBe(false)
  })
})

describe('a script that the loader adds', () => {
  test.each([
    ['is allowed by strict-dynamic', "script-src 'strict-dynamic'", {}, false],
    ['is allowed by the nonce of the tag', "script-src 'nonce-abc'", { html: '<script nonce=abc>' }, false],
    ['is allowed by its host', "script-src 'self'", {}, false],
    ['is allowed by its own hash', `script-src '${SHA256}'`, { integrity: SHA256 }, false],
    [
      'is blocked by the hash of the tag',
      `script-src '${SHA256}'`,
      { html: `<script integrity=${SHA256}>` },
      true,
    ],
    ['is blocked by unsafe-inline', "script-src 'unsafe-inline'", {}, true],
    ['is blocked by another host', 'script-src cdn.example', {}, true],
  ])('%s', (_, policy, added, expected) => {
    expect(isAddedBlocked(policy, added)).toBe(expected)
  })
})

describe('a request of the page', () => {
  test.each([
    ['is allowed without a directive', 'script-src a.example', undefined],
    ['is allowed by its host', 'connect-src api.example', undefined],
    ['is allowed by one of several sources', "connect-src 'self' https://api.example", undefined],
    ['is blocked by none', "connect-src 'none'", "connect-src 'none'"],
    ['is blocked without sources', 'connect-src', 'connect-src'],
    ['is blocked by default-src', "default-src 'self'", "default-src 'self'"],
    ['is allowed by connect-src beside default-src', "default-src 'none'; connect-src *", undefined],
    ['is blocked by strict-dynamic', "connect-src 'strict-dynamic'", "connect-src 'strict-dynamic'"],
  ])('%s', (_, policy, expected) => {
    expect(blocksConnection(policyOf(policy), PAGE, new URL('https://api.example/v1'))).toBe(expected)
  })
})

describe('the policy of Trusted Types of the loader', () => {
  test.each([
    ['is allowed without a directive', "require-trusted-types-for 'script'", undefined],
    ['is allowed by its name', 'trusted-types a throughline b', undefined],
    ['is allowed by a wildcard', 'trusted-types *', undefined],
    ['is blocked by its name in another case', 'trusted-types Throughline', 'trusted-types Throughline'],
    ['is blocked by none', "trusted-types 'none'", "trusted-types 'none'"],
    ['is blocked without names', 'trusted-types', 'trusted-types'],
    ['is blocked by other names', "trusted-types a 'allow-duplicates'", "trusted-types a 'allow-duplicates'"],
  ])('%s', (_, policy, expected) => {
    expect(blocksTrustedTypes(policyOf(policy))).toBe(expected)
  })
})
