import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { inTransaction } from './in-transaction.ts'

function openTable(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  database.exec('CREATE TABLE numbers (n INTEGER UNIQUE ON CONFLICT ROLLBACK)')
  return database
}

const numbers = (database: DatabaseSync) =>
  database
    .prepare('SELECT n FROM numbers ORDER BY n')
    .all()
    .map(({ n }) => n)

test('a transaction is committed and its result returned', () => {
  const database = openTable()
  const result = inTransaction(database, () => {
    database.exec('INSERT INTO numbers VALUES (1), (2)')
    return 'done'
  })
  expect(result).toBe('done')
  expect(numbers(database)).toEqual([1, 2])
  expect(database.isTransaction).toBe(false)
})

test('an error rolls the transaction back and is thrown again', () => {
  const database = openTable()
  const error = new Error('stop')
  expect(() =>
    inTransaction(database, () => {
      database.exec('INSERT INTO numbers VALUES (1)')
      throw error
    }),
  ).toThrow(error)
  expect(numbers(database)).toEqual([])
  expect(database.isTransaction).toBe(false)
})

test('an error after which SQLite has rolled back itself is thrown again', () => {
  const database = openTable()
  database.exec('INSERT INTO numbers VALUES (1)')
  expect(() => inTransaction(database, () => database.exec('INSERT INTO numbers VALUES (2), (1)'))).toThrow(
    'UNIQUE constraint failed',
  )
  expect(numbers(database)).toEqual([1])
  inTransaction(database, () => database.exec('INSERT INTO numbers VALUES (3)'))
  expect(numbers(database)).toEqual([1, 3])
})
