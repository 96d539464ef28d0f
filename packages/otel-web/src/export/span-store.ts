import type { Batch } from './batches.ts'

/** A batch as it is kept: the request's body, which says all. */
interface StoredBatch {
  readonly key: number
  readonly body: string
  readonly count: number
}

/** Keeps batches beyond the page. None of its methods rejects. */
export interface SpanStore {
  /** Keeps a batch; returns the number of spans that had to go for it, or could not be kept. */
  put(batch: Batch): Promise<number>
  /** The oldest batch, and how many spans were thrown away because of their age. */
  oldest(): Promise<{ readonly batch: StoredBatch | undefined; readonly expired: number }>
  remove(key: number): Promise<void>
  clear(): Promise<void>
}

interface Row {
  readonly body: string
  readonly count: number
  readonly sizeBytes: number
  readonly storedMillis: number
}

const DATABASE = 'throughline'
const TABLE = 'batches'

export interface SpanStoreLimits {
  readonly maxBytes: number
  readonly maxAgeMillis: number
}

/** A store in IndexedDB, bounded in bytes and age: the oldest goes first. */
export function createSpanStore({ maxBytes, maxAgeMillis }: SpanStoreLimits): SpanStore {
  let database: IDBDatabase | undefined
  const opened = open().then((opening) => {
    database = opening
    // Another tab may have to change or delete the database.
    opening.onversionchange = () => opening.close()
    return opening
  })
  opened.catch(nothing)

  async function run<T>(
    mode: IDBTransactionMode,
    work: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const open = database ?? (await opened)
    return settled(work(open.transaction(TABLE, mode).objectStore(TABLE)))
  }

  async function rows(): Promise<{ key: number; row: Row }[]> {
    const [keys, values] = await Promise.all([
      run('readonly', (table) => table.getAllKeys()),
      run('readonly', (table) => table.getAll() as IDBRequest<Row[]>),
    ])
    return values.flatMap((row, index) => {
      const key = keys[index]
      return typeof key === 'number' ? [{ key, row }] : []
    })
  }

  const remove = (key: number) => run('readwrite', (table) => table.delete(key)).then(nothing, nothing)

  return {
    async put({ body, sizeBytes, spans }) {
      const row: Row = { body, count: spans.length, sizeBytes, storedMillis: Date.now() }
      let dropped = 0
      try {
        // First of all, and at once when the database is open: the page may be going.
        await run('readwrite', (table) => table.add(row))
        const kept = await rows()
        let total = kept.reduce((sum, each) => sum + each.row.sizeBytes, 0)
        for (const each of kept) {
          if (total <= maxBytes) break
          await remove(each.key)
          total -= each.row.sizeBytes
          dropped += each.row.count
        }
        return dropped
      } catch {
        return dropped + spans.length
      }
    },
    async oldest() {
      let expired = 0
      try {
        for (const { key, row } of await rows()) {
          if (Date.now() - row.storedMillis <= maxAgeMillis) {
            return { batch: { key, body: row.body, count: row.count }, expired }
          }
          expired += row.count
          await remove(key)
        }
      } catch {
        // A store that cannot be read holds nothing.
      }
      return { batch: undefined, expired }
    },
    remove,
    clear: () => run('readwrite', (table) => table.clear()).then(nothing, nothing),
  }
}

function open(): Promise<IDBDatabase> {
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
