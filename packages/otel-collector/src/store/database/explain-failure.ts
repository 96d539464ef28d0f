// https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

/** True when another connection holds a lock, so that a retry can succeed. */
export function isLocked(error: unknown): boolean {
  const code = resultCode(error)
  return code === SQLITE_BUSY || code === SQLITE_LOCKED
}

/** True when the file is corrupt, so that a retry cannot succeed. */
function isCorrupt(error: unknown): boolean {
  const code = resultCode(error)
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB
}

/** Thrown when the file of an open database was deleted or replaced. */
export class MissingFileError extends Error {
  constructor(path: string) {
    super(`the database ${path} was deleted or replaced while the collector ran; start the collector again`)
    this.name = 'MissingFileError'
  }
}

/** Describes a database error, with the path of the file and advice. */
export function describeFailure(path: string, error: unknown): string {
  if (error instanceof MissingFileError) return error.message
  if (resultCode(error) === undefined) return 'an internal error'
  const reason = error instanceof Error ? error.message : String(error)
  if (!isCorrupt(error)) return `the database ${path} cannot be used: ${reason}; ${explainFailure(error)}`
  return `the database ${path} is damaged: ${reason}; stop the collector, move the file away and start again (\`sqlite3 ${path} .recover\` may save what is in it)`
}

/** Advice for an SQLite error. */
export function explainFailure(error: unknown): string {
  const code = resultCode(error)
  if (code === SQLITE_FULL || code === SQLITE_IOERR) return 'make room on its disk, or set DATABASE_PATH'
  return 'move it away or set DATABASE_PATH'
}

function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
}
