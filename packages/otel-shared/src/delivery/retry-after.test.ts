import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const NOW = Date.UTC(1994, 10, 6, 8, 49, 30)

test.each([
  ['7', 7_000],
  ['007', 7_000],
  ['599', 599_000],
  ['601', 600_000],
  ['9'.repeat(40), 600_000],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 7_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 7_000],
  ['Sun Nov  6 08:49:37 1994', 7_000],
  ['Mon, 07 Nov 1994 08:49:37 GMT', 600_000],
])('%s is a delay of %d ms', (value, millis) => {
  expect(parseRetryAfter(value, NOW)).toBe(millis)
})

test.each([
  null,
  '',
  '0',
  '-7',
  '+7',
  '7.5',
  '1e2',
  '0x10',
  '7s',
  '7, 8',
  'soon',
  'in 2030',
  'NaN',
  'Infinity',
  '2030-01-01T00:00:00Z',
  'Sun, 06 Nov 1994 08:49:29 GMT',
  'Sun, 06 Nov 1994 08:49:30 GMT',
  'Sun, 99 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  '9'.repeat(41),
])('%s is no delay', (value) => {
  expect(parseRetryAfter(value, NOW)).toBeUndefined()
})

test('the maximum delay can be set', () => {
  expect(parseRetryAfter('601', NOW, 60_000)).toBe(60_000)
})

test('every result is a positive number within the limit', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.date().map(String), fc.nat().map(String)), (value) => {
      const millis = parseRetryAfter(value, NOW) ?? 1
      expect(millis > 0 && millis <= 600_000).toBe(true)
    }),
  )
})
