import { copyFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { TraceRequest } from '@throughline/otel-shared'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryDatabase } from '../../../test/collector.ts'
import { attribute, makeRequest, makeSpan } from '../../../test/otlp.ts'
import { openForReading } from '../database/database.ts'
import { isLocked, MissingFileError } from '../database/explain-failure.ts'
import { openTraceStore, type TraceStore, type TraceStoreOptions } from './trace-store.ts'

const LIMITS: TraceStoreOptions = {
  maxAgeMillis: Number.POSITIVE_INFINITY,
  maxSpans: 1_000_000,
  maxBytes: 100_000_000,
  pauseReads: () => () => undefined,
}

function open(path: string, options: Partial<TraceStoreOptions> = {}): TraceStore {
  const store = openTraceStore(path, { ...LIMITS, ...options })
  let isClosed = false
  const close = () => {
    if (!isClosed) store.close()
    isClosed = true
  }
  onTestFinished(close)
  return { ...store, close }
}

function reader(path: string) {
  const database = openForReading(path)
  onTestFinished(() => database.close())
  return {
    database,
    spans: () => Number(database.prepare('SELECT count(*) AS spans FROM spans').get()?.spans),
    names: () =>
      database
        .prepare('SELECT name FROM spans ORDER BY id')
        .all()
        .map(({ name }) => name),
  }
}

const requestOf = (...names: readonly string[]): TraceRequest =>
  makeRequest(
    'shop',
    names.map((name) => makeSpan({ name })),
  )
/** A request of about `kilobytes`. */
const large = (kilobytes: number): TraceRequest =>
  makeRequest('shop', [makeSpan({ attributes: [attribute('text', 'x'.repeat(kilobytes * 1_000))] })])
const logBytes = (path: string) => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0

describe('a write', () => {
  test('the spans of all requests are stored in order', () => {
    const store = open(temporaryDatabase())
    store.write([requestOf('a', 'b'), requestOf('c')])
    store.write([requestOf('d')])
    store.write([])
    expect(reader(store.path).names()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a database locked by another process stores nothing, and the same write succeeds later', () => {
    const store = open(temporaryDatabase())
    const other = new DatabaseSync(store.path)
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const requests = [requestOf('a', 'b')]
    let thrown: unknown
    try {
      store.write(requests)
    } catch (error) {
      thrown = error
    }
    expect(isLocked(thrown)).toBe(true)
    expect(reader(store.path).spans()).toBe(0)
    other.exec('ROLLBACK')
    store.write(requests)
    expect(reader(store.path).names()).toEqual(['a', 'b'])
  })

  test('a write that fails in the middle can be repeated, and stores each span once', () => {
    const store = open(temporaryDatabase())
    const other = new DatabaseSync(store.path)
    onTestFinished(() => other.close())
    other.exec(`CREATE TRIGGER broken BEFORE INSERT ON spans WHEN new.name = 'c'
      BEGIN SELECT RAISE(ABORT, 'broken'); END`)
    const requests = [requestOf('a', 'b'), requestOf('c'), requestOf('d')]
    expect(() => store.write(requests)).toThrow('broken')
    // The requests were one transaction.
    expect(reader(store.path).spans()).toBe(0)
    other.exec('DROP TRIGGER broken')
    store.write(requests)
    store.write(requests)
    expect(reader(store.path).names()).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each<[string, (path: string) => void]>([
    ['was deleted', (path) => rmSync(path)],
    ['was moved away', (path) => renameSync(path, `${path}-old`)],
    [
      'was replaced by a copy',
      (path) => {
        copyFileSync(path, `${path}-copy`)
        renameSync(`${path}-copy`, path)
      },
    ],
  ])('a write is refused when the file %s', (_, change) => {
    const store = open(temporaryDatabase())
    store.write([requestOf('a')])
    change(store.path)
    expect(() => store.write([requestOf('b')])).toThrow(new MissingFileError(store.path))
  })
})

describe('the limits', () => {
  test('spans beyond the limit are deleted by the write that exceeds it', () => {
    const store = open(temporaryDatabase(), { maxSpans: 2 })
    for (const name of ['a', 'b', 'c', 'd']) store.write([requestOf(name)])
    expect(reader(store.path).names()).toEqual(['c', 'd'])
  })

  test('a request with more spans than the limit keeps its last ones', () => {
    const store = open(temporaryDatabase(), { maxSpans: 2 })
    store.write([requestOf('a', 'b', 'c', 'd', 'e')])
    expect(reader(store.path).names()).toEqual(['d', 'e'])
  })

  test('spans that are sent again do not displace others', () => {
    const store = open(temporaryDatabase(), { maxSpans: 2 })
    const requests = [requestOf('a'), requestOf('b')]
    for (let count = 0; count < 5; count++) store.write(requests)
    expect(reader(store.path).names()).toEqual(['a', 'b'])
  })

  test('a resource that was deleted with its last span is stored again with the next one', () => {
    const store = open(temporaryDatabase(), { maxSpans: 1 })
    const { database } = reader(store.path)
    const services = () =>
      database
        .prepare('SELECT service, json FROM spans JOIN resources ON resources.id = resource_id')
        .all()
        .map(({ service, json }) => [service, String(json).includes(String(service))])
    for (const service of ['web', 'shop', 'web', 'shop']) {
      store.write([makeRequest(service, [makeSpan()])])
      expect(services()).toEqual([[service, true]])
    }
  })

  test('a lower limit applies when the file is opened, and the file shrinks', () => {
    const path = temporaryDatabase()
    const before = open(path)
    for (let count = 0; count < 40; count++) before.write([large(100)])
    before.close()
    expect(statSync(path).size).toBeGreaterThan(4_000_000)
    const after = open(path, { maxBytes: 1_000_000 })
    expect(reader(path).spans()).toBeGreaterThan(5)
    after.close()
    expect(statSync(path).size).toBeLessThanOrEqual(1_500_000)
  })

  test('a sweep of a database within its limits deletes nothing and is complete', () => {
    const store = open(temporaryDatabase())
    store.write([requestOf('a')])
    expect(store.sweep()).toBe(true)
    expect(reader(store.path).spans()).toBe(1)
  })

  test('a sweep throws while another process holds the database, and deletes later', () => {
    const path = temporaryDatabase()
    const before = open(path)
    before.write([requestOf('old')])
    before.close()
    const store = open(path, { maxAgeMillis: 60_000 })
    const other = new DatabaseSync(path)
    onTestFinished(() => other.close())
    other.exec('UPDATE spans SET received_ms = 0; BEGIN IMMEDIATE')
    expect(() => store.sweep()).toThrow('database is locked')
    other.exec('ROLLBACK')
    expect(store.sweep()).toBe(true)
    expect(reader(path).spans()).toBe(0)
  })
})

// https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
describe('the write-ahead log', () => {
  // The least limit of the log, for which the limit of the database has to be lower.
  const MAX_LOG_BYTES = 262_144

  test('the log does not exceed its limit by more than a transaction', () => {
    const store = open(temporaryDatabase(), { maxBytes: 600_000 })
    for (let count = 0; count < 50; count++) {
      store.write([large(20)])
      expect(logBytes(store.path)).toBeLessThan(2 * MAX_LOG_BYTES)
    }
  })

  test('a read that prevents the log from being truncated is ended, and reads are permitted again', () => {
    const path = temporaryDatabase()
    const events: string[] = []
    let endRead = () => {}
    const store = open(path, {
      maxBytes: 600_000,
      pauseReads: () => {
        events.push('paused')
        endRead()
        return () => void events.push('resumed')
      },
    })
    store.write([requestOf('first')])
    const { database, spans } = reader(path)
    database.exec('BEGIN')
    expect(spans()).toBe(1)
    endRead = () => {
      if (database.isTransaction) database.exec('COMMIT')
    }
    for (let count = 0; events.length === 0 && count < 100; count++) store.write([large(20)])
    expect(events).toEqual(['paused', 'resumed'])
    expect(logBytes(path)).toBe(0)
  })

  test('a read that is not ended does not prevent writes', () => {
    const path = temporaryDatabase()
    const store = open(path, { maxBytes: 600_000 })
    store.write([requestOf('first')])
    const { database, spans } = reader(path)
    database.exec('BEGIN')
    expect(spans()).toBe(1)
    for (let count = 0; logBytes(path) <= MAX_LOG_BYTES && count < 100; count++) store.write([large(20)])
    const requests = [requestOf('last')]
    store.write(requests)
    database.exec('COMMIT')
    expect(reader(path).names()).toContain('last')
  })
})

test('a file that is damaged is an error with its path and advice, and is not locked afterwards', () => {
  const path = temporaryDatabase()
  open(path).close()
  const bytes = readFileSync(path)
  // All pages but the first, which has the schema.
  writeFileSync(path, bytes.fill(0xff, 4_096))
  for (let count = 0; count < 2; count++)
    expect(() => open(path)).toThrow(
      new RegExp(`^the database ${path} is damaged: .*malformed; stop the collector`),
    )
})
