import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryDatabase } from '../../../test/collector.ts'
import { openDatabase, openForReading } from './database.ts'

const MODULE = new URL('./database.ts', import.meta.url)
const INSERT = `INSERT INTO resources (json) VALUES ('{}')`

function namesOf(database: DatabaseSync, type: 'table' | 'index'): string[] {
  const rows = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name`)
    .all(type)
  return rows.map(({ name }) => String(name))
}

/** Runs SQL on the file as another program would. */
function prepareFile(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

describe('opening a file', () => {
  const tables = ['resources', 'scopes', 'spans']
  const indices = ['spans_by_resource', 'spans_by_scope', 'spans_by_service', 'spans_by_start']

  test.each<[string, (path: string) => void]>([
    ['does not exist', () => undefined],
    ['is empty', (path) => writeFileSync(path, '')],
    ['was written by this version', (path) => openDatabase(path).close()],
    [
      'lacks the indices for retention',
      (path) => {
        openDatabase(path).close()
        prepareFile(path, 'DROP INDEX spans_by_resource; DROP INDEX spans_by_scope')
      },
    ],
  ])('a file that %s has the tables and indices afterwards', (_, prepare) => {
    const path = temporaryDatabase()
    prepare(path)
    const { database, close } = openDatabase(path)
    onTestFinished(close)
    expect(namesOf(database, 'table')).toEqual(tables)
    expect(namesOf(database, 'index')).toEqual(indices)
    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 1 })
    expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
  })

  test.each<[string, (path: string) => void, string]>([
    ['is a folder', (path) => mkdirSync(path), 'unable to open database file'],
    ['is text', (path) => writeFileSync(path, 'spans, '.repeat(200)), 'file is not a database'],
    [
      'belongs to another program',
      (path) => prepareFile(path, 'CREATE TABLE spans (length REAL)'),
      'table spans already exists',
    ],
    [
      'has the version and no tables',
      (path) => prepareFile(path, 'PRAGMA user_version = 1'),
      'no such table: main.spans',
    ],
    [
      'has a later version',
      (path) => prepareFile(path, 'PRAGMA user_version = 2'),
      'its schema has version 2',
    ],
  ])('a file that %s is an error with its path and advice', (_, prepare, reason) => {
    const path = temporaryDatabase()
    prepare(path)
    expect(() => openDatabase(path)).toThrow(
      `the database ${path} cannot be used: ${reason}; move it away or set DATABASE_PATH`,
    )
  })

  test('the file of another program is not changed', () => {
    const path = temporaryDatabase()
    prepareFile(path, 'CREATE TABLE spans (length REAL); INSERT INTO spans VALUES (2.5)')
    expect(() => openDatabase(path)).toThrow('table spans already exists')
    const other = new DatabaseSync(path, { readOnly: true })
    onTestFinished(() => other.close())
    expect(namesOf(other, 'table')).toEqual(['spans'])
    expect(namesOf(other, 'index')).toEqual([])
    expect(other.prepare('SELECT length FROM spans').all()).toMatchObject([{ length: 2.5 }])
  })

  test('a file that could not be used is not locked afterwards', () => {
    const path = temporaryDatabase()
    prepareFile(path, 'CREATE TABLE spans (length REAL)')
    expect(() => openDatabase(path)).toThrow('already exists')
    prepareFile(path, 'DROP TABLE spans')
    openDatabase(path).close()
  })

  test('a write lock of another program is an error, and the file can be opened when it is released', () => {
    const path = temporaryDatabase()
    const other = new DatabaseSync(path)
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    expect(() => openDatabase(path)).toThrow(`the database ${path} cannot be used: database is locked`)
    other.exec('ROLLBACK')
    openDatabase(path).close()
  })
})

describe('the lock of a collector', () => {
  test('a second one in the same process is refused until the first is closed', () => {
    const path = temporaryDatabase()
    const first = openDatabase(path)
    expect(() => openDatabase(path)).toThrow('another collector uses it; stop that one, or set DATABASE_PATH')
    first.close()
    openDatabase(path).close()
  })

  test('the lock of a process that was killed is released', async () => {
    const path = temporaryDatabase()
    const program = `import { openDatabase } from ${JSON.stringify(MODULE.href)}
      globalThis.own = openDatabase(${JSON.stringify(path)})
      own.database.exec(${JSON.stringify(`BEGIN; ${INSERT}`)})
      console.log('opened')
      setInterval(() => {}, 60_000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(String((await once(child.stdout, 'data'))[0])).toBe('opened\n')
    expect(() => openDatabase(path)).toThrow('another collector uses it')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const { database, close } = openDatabase(path)
    onTestFinished(close)
    // Its transaction was not committed.
    expect(database.prepare('SELECT count(*) AS rows FROM resources').get()).toMatchObject({ rows: 0 })
  })
})

describe('a reading connection', () => {
  test('a reading connection cannot write', () => {
    const { path, close } = openDatabase(temporaryDatabase())
    onTestFinished(close)
    const reader = openForReading(path)
    onTestFinished(() => reader.close())
    expect(() => reader.exec(INSERT)).toThrow('attempt to write a readonly database')
  })

  test('a reading connection sees what was committed, also while a transaction is open', () => {
    const { database, path, close } = openDatabase(temporaryDatabase())
    onTestFinished(close)
    const reader = openForReading(path)
    onTestFinished(() => reader.close())
    const rows = () => reader.prepare('SELECT count(*) AS rows FROM resources').get()?.rows
    database.exec(`BEGIN IMMEDIATE; ${INSERT}`)
    expect(rows()).toBe(0)
    database.exec('COMMIT')
    expect(rows()).toBe(1)
    reader.exec('BEGIN')
    expect(rows()).toBe(1)
    database.exec('DELETE FROM resources')
    // A read transaction is a snapshot.
    expect(rows()).toBe(1)
    reader.exec('COMMIT')
    expect(rows()).toBe(0)
  })

  test('a file that does not exist cannot be read, and is not created', () => {
    const path = temporaryDatabase()
    expect(() => openForReading(path).exec('SELECT 1')).toThrow('unable to open database file')
    expect(existsSync(path)).toBe(false)
  })
})

describe('a temporary database', () => {
  /** A folder with the name of a temporary database of a process. */
  function leftover(pid: number): string {
    const folder = mkdtempSync(join(tmpdir(), `throughline-collector-${pid}-`))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'traces.sqlite'), 'left over')
    return folder
  }

  test('each temporary database has a file of its own, which is deleted when it is closed', () => {
    const [first, second] = [openDatabase(':memory:'), openDatabase(':memory:')]
    expect(first.path).not.toBe(second.path)
    first.database.exec(INSERT)
    expect(second.database.prepare('SELECT * FROM resources').all()).toEqual([])
    for (const { path, close } of [first, second]) {
      expect(existsSync(path)).toBe(true)
      close()
      expect(existsSync(dirname(path))).toBe(false)
    }
  })

  test('closing removes the listener for the exit of the process', () => {
    const before = process.listenerCount('exit')
    const { close } = openDatabase(':memory:')
    expect(process.listenerCount('exit')).toBe(before + 1)
    close()
    expect(process.listenerCount('exit')).toBe(before)
  })

  test('the folder of a process that no longer runs is deleted, and that of a running one is kept', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    const [dead, running] = [leftover(Number(child.pid)), leftover(process.ppid)]
    const unrelated = mkdtempSync(join(tmpdir(), 'throughline-collector-x-'))
    onTestFinished(() => rmSync(unrelated, { recursive: true, force: true }))
    openDatabase(':memory:').close()
    expect(existsSync(dead)).toBe(false)
    expect(readdirSync(running)).toEqual(['traces.sqlite'])
    expect(existsSync(unrelated)).toBe(true)
  })
})
