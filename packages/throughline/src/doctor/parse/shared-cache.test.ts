import { describe, expect, test } from 'vitest'
import { response } from '../../../test/observed.ts'
import { mayBeShared } from './shared-cache.ts'

const DATE = 'Sun, 01 Nov 2026 00:00:00 GMT'
const AN_HOUR_LATER = 'Sun, 01 Nov 2026 01:00:00 GMT'

describe('Cache-Control allows a shared cache to reuse a response', () => {
  test.each([
    ['with a lifetime', 'max-age=60', true],
    ['with the least lifetime', 'max-age=1', true],
    ['with a lifetime in quotes', 'max-age="60"', true],
    ['with a lifetime for shared caches', 's-maxage=60', true],
    ['with a lifetime for shared caches only', 'max-age=0, s-maxage=60', true],
    ['with names in upper case', 'PUBLIC, MAX-AGE=60', true],
    ['without white space', 'public,max-age=60', true],
    ['when it is public', 'public', true],
    ['when only fields are private', 'private="set-cookie", max-age=60', true],
    ['when only fields need validation', 'no-cache="set-cookie, x", max-age=60', true],
    ['with directives that have no meaning here', 'immutable, no-transform, max-age=60', true],
  ])('%s', (_, value, expected) => {
    expect(mayBeShared(response({ 'cache-control': value }))).toBe(expected)
  })
})

describe('Cache-Control does not allow a shared cache to reuse a response', () => {
  test.each([
    ['when it is empty', ''],
    ['when it is private', 'private, max-age=60'],
    ['when it is private in upper case', 'Private, max-age=60'],
    ['when it is private after another directive', 'max-age=60,private'],
    ['when it is not stored', 'no-store'],
    ['when it is not stored although it is public', 'public, no-store, max-age=60'],
    ['when it needs validation', 'no-cache, max-age=60'],
    ['without a lifetime', 'max-age=0'],
    ['without a lifetime although it is public', 'public, max-age=0'],
    ['without a lifetime for shared caches', 'max-age=60, s-maxage=0'],
    ['without a lifetime for shared caches although it is public', 'public, s-maxage=0'],
    ['with a lifetime that is no number', 'max-age=soon'],
    ['with a negative lifetime', 'max-age=-1'],
    ['with a lifetime without a value', 'max-age'],
    ['with the first of two lifetimes', 'max-age=0, max-age=60'],
    ['with a name that only contains a directive', 'x-public, not-max-age=60'],
    ['with a directive in a value', 'extension="public, max-age=60"'],
    ['with directives that have no meaning here', 'must-revalidate, no-transform'],
  ])('%s', (_, value) => {
    expect(mayBeShared(response({ 'cache-control': value }))).toBe(false)
  })
})

describe('several lines of Cache-Control', () => {
  test('are one list', () => {
    expect(mayBeShared(response({ 'cache-control': ['public', 'max-age=60'] }))).toBe(true)
    expect(mayBeShared(response({ 'cache-control': ['max-age=60', 'private'] }))).toBe(false)
  })
})

describe('Expires', () => {
  test.each([
    ['after Date allows to reuse', { date: DATE, expires: AN_HOUR_LATER }, true],
    ['equal to Date does not', { date: DATE, expires: DATE }, false],
    ['before Date does not', { date: AN_HOUR_LATER, expires: DATE }, false],
    ['that is malformed does not', { date: DATE, expires: '0' }, false],
    [
      'that is malformed does not in a public response',
      { date: DATE, expires: '-1', 'cache-control': 'public' },
      false,
    ],
    [
      'after Date does not in a private response',
      { date: DATE, expires: AN_HOUR_LATER, 'cache-control': 'private' },
      false,
    ],
    [
      'after Date does not with max-age=0',
      { date: DATE, expires: AN_HOUR_LATER, 'cache-control': 'max-age=0' },
      false,
    ],
    [
      'before Date does not count with a lifetime',
      { date: AN_HOUR_LATER, expires: DATE, 'cache-control': 'max-age=60' },
      true,
    ],
    ['in the future allows to reuse without Date', { expires: 'Fri, 01 Jan 9999 00:00:00 GMT' }, true],
    ['in the past does not without Date', { expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }, false],
  ])('%s', (_, headers, expected) => {
    expect(mayBeShared(response(headers))).toBe(expected)
  })
})

describe('headers for CDNs', () => {
  test.each([
    ['CDN-Cache-Control', 'cdn-cache-control'],
    ['Cloudflare-CDN-Cache-Control', 'cloudflare-cdn-cache-control'],
    ['Surrogate-Control', 'surrogate-control'],
  ])('%s allows to reuse what Cache-Control forbids', (_, name) => {
    expect(mayBeShared(response({ [name]: 'max-age=60', 'cache-control': 'no-store' }))).toBe(true)
  })

  test.each([
    [
      'a CDN that must not store, without Cache-Control',
      { 'cdn-cache-control': 'no-store, max-age=60' },
      false,
    ],
    ['a CDN without a lifetime', { 'cdn-cache-control': 'max-age=0' }, false],
    [
      'a CDN that must not store, and other caches that may',
      { 'cdn-cache-control': 'no-store', 'cache-control': 'max-age=60' },
      true,
    ],
    [
      'a surrogate with a second lifetime for stale responses',
      { 'surrogate-control': 'max-age=3600+600, content="ESI/1.0"' },
      true,
    ],
  ])('%s', (_, headers, expected) => {
    expect(mayBeShared(response(headers))).toBe(expected)
  })
})

describe('a response without a lifetime', () => {
  test.each([
    ['that has no headers is not reused', {}, false],
    ['with a date of its last change is not reused', { 'last-modified': DATE }, false],
    [
      'that varies by everything is not reused',
      { 'cache-control': 'public, max-age=60', vary: 'accept, *' },
      false,
    ],
    ['that varies by a header is reused', { 'cache-control': 'public, max-age=60', vary: 'accept' }, true],
  ])('%s', (_, headers, expected) => {
    expect(mayBeShared(response(headers as Record<string, string>))).toBe(expected)
  })
})
