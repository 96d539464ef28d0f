import { DatabaseSync } from 'node:sqlite'

const SCHEMA_VERSION = 1

// Search columns stand beside the whole span, which is kept as its OTLP JSON. Rows are numbered as they arrive, so the
// oldest have the least id: retention needs no index of its own.
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

/**
 * Opens the database of traces at `path` (`:memory:` for none on disk) and makes its tables if it is new.
 *
 * Throws an `Error` naming the path when the file is no such database.
 */
export function openDatabase(path: string): DatabaseSync {
  // The time-out is 0 since waiting for a lock would block the event loop; the write queue waits instead.
  const database = open(path)
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    if (version === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`)
    else if (version !== SCHEMA_VERSION) throw new Error(`its schema has version ${version}`)
    return database
  } catch (error) {
    database.close()
    throw unusable(path, error)
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 })
  } catch (error) {
    throw unusable(path, error)
  }
}

function unusable(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error)
  return new Error(`the database ${path} cannot be used: ${reason}; move it away or set DATABASE_PATH`, {
    cause: error,
  })
}
