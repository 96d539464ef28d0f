import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { explainFailure, isLocked } from './explain-failure.ts'

const SCHEMA_VERSION = 1

// Columns for searching are stored beside the whole span, which is kept as OTLP JSON. Ids grow with the time of
// arrival, so retention finds the oldest rows by id, without an index.
const SCHEMA = `
CREATE TABLE resources (id INTEGER PRIMARY KEY, json TEXT NOT NULL UNIQUE);
CREATE TABLE scopes (id INTEGER PRIMARY KEY, json TEXT NOT NULL UNIQUE);
CREATE TABLE spans (
  id INTEGER PRIMARY KEY,
  trace_id TEXT NOT NULL,
  span_id TEXT NOT NULL,
  parent_id TEXT,
  service TEXT NOT NULL,
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,
  start_nano INTEGER NOT NULL,
  duration_nano INTEGER NOT NULL,
  error INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  resource_id INTEGER NOT NULL,
  scope_id INTEGER NOT NULL,
  data TEXT NOT NULL,
  UNIQUE (trace_id, span_id)
);
CREATE INDEX spans_by_service ON spans (service, start_nano);
CREATE INDEX spans_by_start ON spans (start_nano);
PRAGMA user_version = ${SCHEMA_VERSION};
`

// Indices for retention, which deletes a resource or a scope with its last span. Older files of version 1 may lack
// them.
const LATER_INDICES = `
CREATE INDEX IF NOT EXISTS spans_by_resource ON spans (resource_id);
CREATE INDEX IF NOT EXISTS spans_by_scope ON spans (scope_id);
`

/** A database that only this process writes to. */
export interface OwnDatabase {
  readonly database: DatabaseSync
  /** The path of the file. Other threads open it, too. */
  readonly path: string
  /** Closes the database and unlocks it for other processes. Deletes a temporary file. */
  close(): void
}

/**
 * Opens the trace database at `path`, and creates its tables if it is new. `:memory:` opens a temporary file that is
 * deleted on `close`, since an in-memory database cannot be read while it is written.
 *
 * Throws an `Error` naming the path when the file is not such a database, or when another collector uses it.
 */
export function openDatabase(path: string): OwnDatabase {
  if (path !== ':memory:') return openFile(path)
  const folder = makeTemporaryFolder()
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const { database, close, ...own } = openFile(join(folder, 'traces.sqlite'))
  // The file is temporary, so it does not have to survive a power failure.
  database.exec('PRAGMA synchronous = OFF')
  return {
    ...own,
    database,
    close() {
      close()
      remove()
      process.off('exit', remove)
    },
  }
}

/** Opens the file read-only, for another thread than the one that called `openDatabase`. */
export function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  // Sorts in memory and not in temporary files. The page cache is SQLite's default of 2 MB.
  database.exec('PRAGMA temp_store = MEMORY')
  return database
}

function openFile(path: string): OwnDatabase {
  // The timeout is 0 because waiting for a lock would block the event loop. The write queue retries instead.
  const database = guarded(path, () => new DatabaseSync(path, { timeout: 0 }))
  let lock: DatabaseSync | undefined
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    if (version !== 0 && version !== SCHEMA_VERSION) throw new Error(`its schema has version ${version}`)
    lock = takeLock(realpathSync(path))
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
    database.exec(`BEGIN IMMEDIATE; ${version === 0 ? SCHEMA : ''} ${LATER_INDICES} COMMIT;`)
  } catch (error) {
    database.close()
    lock?.close()
    throw unusable(path, error)
  }
  const close = () => {
    database.close()
    lock.close()
  }
  return { database, path, close }
}

/**
 * Takes a lock that ends with the process, even if that is killed: an exclusive transaction on an empty database beside
 * the file. A lock on the file itself would exclude the reading threads.
 */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}-lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    throw isLocked(error) ? new InUseError('another collector uses it') : error
  }
}

class InUseError extends Error {}

const TEMPORARY = /^throughline-collector-(\d+)-/

/** Creates the folder of a temporary database. Deletes the folders of collectors that are no longer running. */
function makeTemporaryFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = TEMPORARY.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // The folder belongs to another user.
    }
  }
  return mkdtempSync(join(tmpdir(), `throughline-collector-${process.pid}-`))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH'
  }
}

function guarded<Result>(path: string, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw unusable(path, error)
  }
}

function unusable(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error)
  const advice = error instanceof InUseError ? 'stop that one, or set DATABASE_PATH' : explainFailure(error)
  return new Error(`the database ${path} cannot be used: ${reason}; ${advice}`, {
    cause: error,
  })
}
