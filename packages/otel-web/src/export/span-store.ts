import type { PageGlobals } from '../page-globals.ts'
import type { Batch } from './batches.ts'
import { DATABASE } from './delete-stored.ts'
import { compress, post, type SendResult, type SendTarget } from './send.ts'
import { readStoredMark, removeStoredMark, writeStoredMark } from './stored-mark.ts'
import { readUnsent, removeUnsent, type StoredBatch, type StoredKey } from './unsent.ts'

/** Keeps batches beyond the page. None of its methods rejects. */
export interface SpanStore {
  /** Opens the database, so that it takes the next batch at once. */
  open(): void
  /** Keeps a batch; returns the number of spans that had to go for it, or undefined when it could not be kept. */
  put(batch: Batch, globals: PageGlobals): Promise<number | undefined>
  /** Sends what is kept, the oldest first, unless this or another tab is at it. */
  drain(parts: DrainParts): Promise<void>
}

/** How `drain` sends. */
interface DrainParts {
  readonly target: SendTarget
  readonly maySend: () => boolean
  /** Told what became of a batch, and how many spans it holds. */
  readonly onResult: (count: number, result: SendResult) => void
  /** Told how many spans were thrown away because of their age. */
  readonly onExpired: (count: number) => void
}

const TABLE = 'batches'
const LOCK = 'throughline-store'
/** Another tab's hands can keep a database from being opened for ever. */
const PUT_MILLIS = 5000
/** A store that takes nothing is left alone for a while. */
const PAUSE_MILLIS = 10_000

export interface SpanStoreLimits {
  readonly maxBytes: number
  readonly maxAgeMillis: number
}

/** A store in IndexedDB, bounded in bytes and age: the oldest goes first. */
export function createSpanStore({ maxBytes, maxAgeMillis }: SpanStoreLimits): SpanStore {
  let database: IDBDatabase | undefined
  let opening: Promise<IDBDatabase> | undefined
  let draining = false
  let notBefore = 0
  /** The mark at which there was nothing to send, or nothing that can be. */
  let emptyMark: string | undefined

  function opened(): Promise<IDBDatabase> {
    opening ??= openDatabase().then((made) => {
      database = made
      // Another tab may have to delete it, the browser may have lost it. A later batch opens it anew.
      made.onversionchange = made.onclose = () => {
        made.close()
        if (database === made) database = opening = undefined
      }
      return made
    })
    return opening
  }

  function forget(): void {
    database?.close()
    database = opening = undefined
  }

  async function run<T>(
    mode: IDBTransactionMode,
    work: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const wasOpen = database !== undefined
    try {
      const transaction = (database ?? (await opened())).transaction(TABLE, mode)
      const request = work(transaction.objectStore(TABLE))
      transaction.commit?.()
      await completed(transaction)
      return request.result
    } catch (error) {
      // Whatever it was, a connection made anew may do without: browsers lose some without telling.
      forget()
      if (!wasOpen) throw error
      return run(mode, work)
    }
  }

  const readKeys = async () => (await run('readonly', (table) => table.getAllKeys())).filter(isKey)

  async function remove(key: StoredBatch['key']): Promise<void> {
    if (typeof key === 'string') removeUnsent(key)
    else await run('readwrite', (table) => table.delete(key))
  }

  async function putRow({ body, sizeBytes, spans }: Batch): Promise<void> {
    // First of all, and at once when the database is open: the page may be going.
    writeStoredMark()
    const key: StoredKey = [Date.now(), sizeBytes, spans.length, Math.random()]
    await run('readwrite', (table) => table.add(body, key))
    // Anew: another tab may have found the database empty meanwhile.
    writeStoredMark()
    emptyMark = undefined
  }

  /** Makes room; returns how many spans went. */
  async function evict(): Promise<number> {
    let evicted = 0
    try {
      const keys = await readKeys()
      let total = keys.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0)
      for (const key of keys) {
        if (total <= maxBytes) break
        await remove(key)
        total -= key[1]
        evicted += key[2]
      }
    } catch {
      // The next batch tries again.
    }
    return evicted
  }

  const isFresh = (storedMillis: number) => Date.now() - storedMillis <= maxAgeMillis

  /** The oldest batch that is not too old. */
  async function oldest(onExpired: DrainParts['onExpired']): Promise<StoredBatch | undefined> {
    for (let batch = readUnsent(); batch; batch = readUnsent()) {
      if (isFresh(batch.storedMillis)) return batch
      removeUnsent(batch.key)
      onExpired(batch.count)
    }
    for (const key of await readKeys()) {
      const [storedMillis, , count] = key
      if (isFresh(storedMillis)) {
        const body: unknown = await run('readonly', (table) => table.get(key))
        // Another tab may have made room meanwhile.
        if (typeof body === 'string') return { key, body, count, storedMillis }
      } else {
        await remove(key)
        onExpired(count)
      }
    }
    return undefined
  }

  async function sendAll({ target, maySend, onResult, onExpired }: DrainParts): Promise<void> {
    while (maySend()) {
      const mark = readStoredMark()
      const batch = await oldest(onExpired)
      if (batch) {
        const compressed = await compress(batch.body, target)
        const isCompressed = compressed !== undefined
        const result = await post(target, compressed ?? batch.body, { isCompressed, keepalive: false })
        onResult(batch.count, result)
        if (result.outcome === 'retry') continue
      }
      // For good if it fails here: what cannot be taken out would be sent again and again.
      emptyMark = mark
      if (!batch) {
        if (mark === readStoredMark()) removeStoredMark()
        return
      }
      await remove(batch.key)
      emptyMark = undefined
    }
  }

  return {
    open: () => void opened().catch(forget),
    async put(batch, { setTimeout }) {
      if (performance.now() < notBefore) return undefined
      const inTime = await Promise.race([
        putRow(batch).then(
          () => true,
          () => false,
        ),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PUT_MILLIS)),
      ])
      if (inTime) return evict()
      notBefore = performance.now() + PAUSE_MILLIS
      return undefined
    },
    async drain(parts) {
      const mark = readStoredMark()
      if (draining || mark === undefined || mark === emptyMark || !parts.maySend()) return
      draining = true
      try {
        if (navigator.locks) {
          await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
            // Without it another tab is at it.
            if (lock) await sendAll(parts)
          })
        } else await sendAll(parts)
      } catch {
        // No locks for this document, or a store that cannot be read: the next visit's may do.
      } finally {
        draining = false
      }
    },
  }
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { autoIncrement: true })
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Only then it is kept: what a request has put can still be taken back for want of room. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

function isKey(key: IDBValidKey): key is StoredKey {
  return Array.isArray(key)
}
