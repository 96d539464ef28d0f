import { describe, expect, test } from 'vitest'
import { type Answer, errorAnswer, jsonAnswer } from './answer.ts'

const bodyOf = ({ body }: Answer): unknown => JSON.parse([...body].join(''))

test('a JSON response is not cached or sniffed, and is created while it is sent', () => {
  let made = 0
  function* pieces() {
    for (const piece of ['{"a":', '1}']) {
      made++
      yield piece
    }
  }
  const answer = jsonAnswer(200, pieces(), { etag: '"1"' })
  expect(made).toBe(0)
  expect(answer.headers).toEqual({
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    etag: '"1"',
  })
  expect(bodyOf(answer)).toEqual({ a: 1 })
})

describe('an error', () => {
  test('an error of a path below /api/v3/ has the envelope of v3', () => {
    const answer = errorAnswer('/api/v3/traces', 404, 'No traces found')
    expect(answer.status).toBe(404)
    expect(bodyOf(answer)).toEqual({ error: { httpCode: 404, message: 'No traces found' } })
  })

  test.each(['/api/traces', '/trace/1.json', ''])(
    'an error of the path %j has the legacy envelope',
    (path) => {
      expect(bodyOf(errorAnswer(path, 400, 'no'))).toEqual({
        data: null,
        total: 0,
        limit: 0,
        offset: 0,
        errors: [{ code: 400, msg: 'no' }],
      })
    },
  )

  test('an error can have Retry-After', () => {
    const { headers } = errorAnswer('/api/traces', 503, 'busy', { 'retry-after': '1' })
    expect(headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/json' })
  })
})
