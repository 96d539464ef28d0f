import { statSync } from 'node:fs'
import type { TraceRequest } from '@throughline/otel-shared'
import { type OwnDatabase, openDatabase } from '../database/database.ts'
import { describeFailure, MissingFileError } from '../database/explain-failure.ts'
import { createRetention, type RetentionLimits } from './retention.ts'
import { createSpanWriter } from './span-writer.ts'

// The file may exceed its limit by one transaction. The write-ahead log may take 0.4 of the limit.
const MAX_TRANSACTION_BYTES = 2_000_000
const MAX_LOG_BYTES = 32_000_000
const MIN_LOG_BYTES = 262_144
// Limits the duration of a sweep, which blocks the event loop of the receiver.
const SWEEP_MILLIS = 20
// How long to wait for interrupted reads, in milliseconds. A read checks for the interrupt every few rows.
const MAX_WAITS = 40
const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** The write interface of the database. All calls are synchronous. */
export interface TraceStore {
  /** The path of the file, for read-only connections. */
  readonly path: string
  /**
   * Stores `requests` and applies the limits. Stored spans are skipped. When it throws, a part may be stored, so the
   * sender has to repeat the whole request.
   */
  write(requests: readonly TraceRequest[]): void
  /** Deletes traces beyond the limits. Returns false when time ran out before all of them were deleted. */
  sweep(): boolean
  close(): void
}

export interface TraceStoreOptions extends RetentionLimits {
  /** Ends the reads that prevent a checkpoint of the write-ahead log. The returned function permits reads again. */
  readonly pauseReads: () => () => void
}

/** Opens the store at `path`. Throws an `Error` that names the path if it cannot be used. */
export function openTraceStore(path: string, options: TraceStoreOptions): TraceStore {
  const own = openDatabase(path)
  try {
    return createTraceStore(own, options)
  } catch (error) {
    own.close()
    throw new Error(describeFailure(path, error), { cause: error })
  }
}

function createTraceStore(
  { database, path: file, close }: OwnDatabase,
  { pauseReads, ...limits }: TraceStoreOptions,
): TraceStore {
  const inode = inodeOf(file)
  const writer = createSpanWriter(database)
  const retention = createRetention(database, limits)
  const transactionBytes = Math.min(MAX_TRANSACTION_BYTES, limits.maxBytes / 20)
  const logBytes = Math.max(MIN_LOG_BYTES, Math.min(MAX_LOG_BYTES, limits.maxBytes * 0.4))
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)')
  database.exec(`PRAGMA wal_autocheckpoint = ${Math.ceil(logBytes / 2 / 4096)}`)

  function sweep(maxMillis = SWEEP_MILLIS): boolean {
    const { isDone, areIdsValid } = retention.sweep(Date.now(), maxMillis)
    if (!areIdsValid) writer.forgetIds()
    limitLog()
    return isDone
  }

  /** Truncates the write-ahead log. Returns false when a read prevents that. */
  function tryCheckpoint(): boolean {
    return Number(checkpoint.get()?.busy) === 0
  }

  /**
   * Truncates a write-ahead log that is too large. Reads that began before the latest writes prevent that, so they are
   * ended: https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
   */
  function limitLog(): void {
    const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
    if (size <= logBytes || tryCheckpoint()) return
    const resume = pauseReads()
    for (let waits = 0; waits < MAX_WAITS && !tryCheckpoint(); waits++) Atomics.wait(sleeper, 0, 0, 1)
    resume()
  }

  // The database may be old, or was written with higher limits.
  sweep(Number.POSITIVE_INFINITY)
  if (isLarger(file, limits.maxBytes * 1.5)) database.exec('VACUUM')
  limitLog()

  return {
    path: file,
    write(requests) {
      // SQLite writes to a deleted file without an error. That data would be lost when the process ends.
      if (inodeOf(file) !== inode) throw new MissingFileError(file)
      writer.write(requests, transactionBytes, (spans) => {
        retention.add(spans)
        sweep()
      })
    },
    sweep: () => sweep(),
    close,
  }
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino
}

function isLarger(file: string, bytes: number): boolean {
  return statSync(file).size > bytes
}
