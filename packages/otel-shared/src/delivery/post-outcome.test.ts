import { describe, expect, test } from 'vitest'
import { readOutcome } from './post-outcome.ts'

const respond = (status: number, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers })

test.each([200, 201, 202, 204, 299])('status %d is sent', (status) => {
  expect(readOutcome(respond(status))).toMatchObject({ outcome: 'sent', status })
})

test.each([429, 502, 503, 504])('status %d may succeed later', (status) => {
  expect(readOutcome(respond(status))).toEqual({ outcome: 'retry', status, retryAfterMillis: undefined })
})

test.each([301, 304, 307, 400, 401, 403, 404, 408, 410, 413, 415, 421, 500, 501, 505, 599])(
  'status %d is refused',
  (status) => {
    expect(readOutcome(respond(status))).toMatchObject({ outcome: 'refused', status })
  },
)

describe('Retry-After', () => {
  test('Retry-After is parsed as seconds', () => {
    expect(readOutcome(respond(503, { 'retry-after': '7' }))).toMatchObject({ retryAfterMillis: 7_000 })
  })

  test('Retry-After is limited to ten minutes, or to the limit of the caller', () => {
    const response = respond(429, { 'retry-after': '86400' })
    expect(readOutcome(response)).toMatchObject({ retryAfterMillis: 600_000 })
    expect(readOutcome(response, 60_000)).toMatchObject({ retryAfterMillis: 60_000 })
  })

  test('a malformed Retry-After is treated as absent', () => {
    expect(readOutcome(respond(429, { 'retry-after': 'soon' })).retryAfterMillis).toBeUndefined()
  })
})
