import { describe, expect, test } from 'vitest'
import { describeFailure, explainFailure, isLocked, MissingFileError } from './explain-failure.ts'

/** An error as node:sqlite throws it; extended result codes have the primary one in their low byte. */
function sqliteError(errcode: number, message = 'it failed'): Error {
  return Object.assign(new Error(message), { errcode })
}

describe('a lock', () => {
  test.each([
    ['SQLITE_BUSY', 5],
    ['SQLITE_LOCKED', 6],
    ['SQLITE_BUSY_SNAPSHOT', 517],
    ['SQLITE_LOCKED_SHAREDCACHE', 262],
  ])('an error is a lock: %s', (_, errcode) => {
    expect(isLocked(sqliteError(errcode))).toBe(true)
  })

  test.each([
    ['a full disk', sqliteError(13)],
    ['an error of another kind', new Error('database is locked')],
    ['no error', undefined],
    ['a text', 'SQLITE_BUSY'],
  ])('an error is not a lock: %s', (_, error) => {
    expect(isLocked(error)).toBe(false)
  })
})

describe('the advice', () => {
  test.each([
    ['SQLITE_FULL', 13, 'make room on its disk, or set DATABASE_PATH'],
    ['SQLITE_IOERR', 10, 'make room on its disk, or set DATABASE_PATH'],
    ['SQLITE_IOERR_WRITE', 778, 'make room on its disk, or set DATABASE_PATH'],
    ['SQLITE_NOTADB', 26, 'move it away or set DATABASE_PATH'],
    ['SQLITE_CANTOPEN', 14, 'move it away or set DATABASE_PATH'],
  ])('the advice fits the error: %s', (_, errcode, advice) => {
    expect(explainFailure(sqliteError(errcode))).toBe(advice)
  })
})

describe('the description', () => {
  test('the description names the database, the reason and the advice', () => {
    expect(describeFailure('/data/traces.sqlite', sqliteError(13, 'database or disk is full'))).toBe(
      'the database /data/traces.sqlite cannot be used: database or disk is full; make room on its disk, or set DATABASE_PATH',
    )
  })

  test.each([
    ['SQLITE_CORRUPT', 11],
    ['SQLITE_CORRUPT_INDEX', 779],
    ['SQLITE_NOTADB', 26],
  ])('the description of %s names the command that recovers data', (_, errcode) => {
    const text = describeFailure('/data/traces.sqlite', sqliteError(errcode, 'malformed'))
    expect(text).toMatch(/^the database \/data\/traces\.sqlite is damaged: malformed; stop the collector/)
    expect(text).toContain('`sqlite3 /data/traces.sqlite .recover`')
  })

  test('the description of a deleted file is the message of its error', () => {
    const error = new MissingFileError('/data/traces.sqlite')
    expect(describeFailure('/elsewhere', error)).toBe(error.message)
    expect(error.message).toContain('/data/traces.sqlite was deleted or replaced')
    expect(error.name).toBe('MissingFileError')
  })

  test('the description of an error of another kind does not contain its message', () => {
    expect(describeFailure('/data/traces.sqlite', new Error('password=hunter2'))).toBe('an internal error')
  })
})
