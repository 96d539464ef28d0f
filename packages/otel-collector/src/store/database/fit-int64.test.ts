import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { fitInt64 } from './fit-int64.ts'

const MAX = 2n ** 63n - 1n
const MIN = -(2n ** 63n)

test.each([
  [0n, 0n],
  [MAX, MAX],
  [MIN, MIN],
  [MAX + 1n, MAX],
  [MIN - 1n, MIN],
  [2n ** 64n - 1n, MAX],
  [-(10n ** 30n), MIN],
])('%d is bound as %d', (value, fitted) => {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  const row = database.prepare('SELECT CAST(? AS TEXT) AS text').get(fitInt64(value))
  expect(row?.text).toBe(String(fitted))
})
