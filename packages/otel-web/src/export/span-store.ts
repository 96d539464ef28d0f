import type { Batch } from './batches.ts'
import { DATABASE } from './delete-stored.ts'
import { readStoredMark, removeStoredMark, writeStoredMark } from './stored-mark.ts'
import { readUnsent, removeUnsent, type StoredBatch } from './unsent.ts'

/** Keeps batches beyond the page. None of its methods rejects. */
export interface SpanStore {
  /** Opens the database, so that it takes the next batch at once. */
  open(): void
  /** Keeps a batch; returns the number of spans that had to go for it, or could not be kept. */
  put(batch: Batch): Promise<number>
  /** The oldest batch, and how many spans were thrown away because of their age. */
  oldest(): Promise<{ readonly batch: StoredBatch | undefined; readonly expired: number }>
  remove(key: StoredBatch['key']): Promise<void>
}

interface Row {
  readonly body: string
  readonly count: number
  readonly sizeBytes: number
  readonly storedMillis: number
}

const TABLE = 'batches'

export interface SpanStoreLimits {
  readonly maxBytes: number
  readonly maxAgeMillis: number
}

/** A store in IndexedDB, bounded in bytes and age: the oldest goes first. */
export function createSpanStore({ maxBytes, maxAgeMillis }: SpanStoreLimits): SpanStore {
  let database: IDBDatabase | undefined
  let opening: Promise<IDBDatabase> | undefined

  function opened(): Promise<IDBDatabase> {
    opening ??= openDatabase().then((made) => {
      database = made
      // Another tab may have to delete it. A later batch opens it anew.
      made.onversionchange = () => {
        made.close()
        database = opening = undefined
      }
      return made
    })
    return opening
  }

  async function run<T>(
    mode: IDBTransactionMode,
    work: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const open = database ?? (await opened())
    const transaction = open.transaction(TABLE, mode)
    const result = settled(work(transaction.objectStore(TABLE)))
    transaction.commit?.()
    return result
  }

  async function rows(): Promise<(Row & { key: number })[]> {
    const [keys, values] = await Promise.all([
      run('readonly', (table) => table.getAllKeys()),
      run('readonly', (table) => table.getAll() as IDBRequest<Row[]>),
    ])
    return values.flatMap((row, index) => {
      const key = keys[index]
      return typeof key === 'number' ? [{ ...row, key }] : []
    })
  }

  async function remove(key: StoredBatch['key']): Promise<void> {
    if (typeof key === 'string') removeUnsent(key)
    else await run('readwrite', (table) => table.delete(key)).catch(nothing)
  }

  const isFresh = ({ storedMillis }: Pick<Row, 'storedMillis'>) => Date.now() - storedMillis <= maxAgeMillis

  return {
    open: () => void opened().catch(nothing),
    async put({ body, sizeBytes, spans }) {
      const row: Row = { body, count: spans.length, sizeBytes, storedMillis: Date.now() }
      let dropped = 0
      try {
        // First of all, and at once when the database is open: the page may be going.
        writeStoredMark()
        await run('readwrite', (table) => table.add(row))
        // Anew: another tab may have found the database empty meanwhile.
        writeStoredMark()
        const kept = await rows()
        let total = kept.reduce((sum, each) => sum + each.sizeBytes, 0)
        for (const each of kept) {
          if (total <= maxBytes) break
          await remove(each.key)
          total -= each.sizeBytes
          dropped += each.count
        }
        return dropped
      } catch {
        return dropped + spans.length
      }
    },
    async oldest() {
      let expired = 0
      const mark = readStoredMark()
      if (mark === undefined) return { batch: undefined, expired }
      try {
        for (let batch = readUnsent(); batch; batch = readUnsent()) {
          if (isFresh(batch)) return { batch, expired }
          expired += batch.count
          await remove(batch.key)
        }
        for (const batch of await rows()) {
          if (isFresh(batch)) return { batch, expired }
          expired += batch.count
          await remove(batch.key)
        }
        if (readStoredMark() === mark) removeStoredMark()
      } catch {
        // A store that cannot be read holds nothing.
      }
      return { batch: undefined, expired }
    },
    remove,
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { autoIncrement: true })
  return settled(request)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function nothing(): void {}
