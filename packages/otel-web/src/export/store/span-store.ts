import type { PageGlobals } from '../../platform/page-globals.ts'
import type { Batch } from '../batches.ts'
import type { compress, post, SendResult, SendTarget } from '../send.ts'
import { DATABASE } from './delete-stored.ts'
import { readStoredMark, removeStoredMark, writeStoredMark } from './stored-mark.ts'
import { readUnsent, removeUnsent, type StoredBatch, type StoredKey } from './unsent.ts'

/** Stores batches beyond the life of the page. None of its methods rejects. */
export interface SpanStore {
  /** Opens the database, so that the next batch can be stored immediately. */
  open(): void
  /**
   * Stores a batch. Returns the number of spans that were evicted for it, or undefined when the batch could not be
   * stored.
   */
  put(batch: Batch, globals: PageGlobals): Promise<number | undefined>
  /** Sends the stored batches, oldest first. Does nothing while this tab or another one is already sending them. */
  drain(parts: DrainParts): Promise<void>
}

/** Parameters of {@link SpanStore.drain}. */
interface DrainParts {
  readonly target: SendTarget
  /** Passed, since the extras are a bundle of their own, which would contain copies. */
  readonly functions: { readonly post: typeof post; readonly compress: typeof compress }
  readonly maySend: () => boolean
  /** Called for each batch with its number of spans and the outcome. */
  readonly onResult: (count: number, result: SendResult) => void
  /** Called with the number of spans that were deleted because they were too old. */
  readonly onExpired: (count: number) => void
}

const TABLE = 'batches'
const LOCK = 'throughline-store'
/** Another tab can block the opening of a database indefinitely, so `put` gives up after this time. */
const PUT_MILLIS = 5000
/** Pause after a failed `put`. */
const PAUSE_MILLIS = 10_000

export interface SpanStoreLimits {
  readonly maxBytes: number
  readonly maxAgeMillis: number
}

/** A store in IndexedDB, bounded in bytes and age. The oldest batch is evicted first. */
export function createSpanStore({ maxBytes, maxAgeMillis }: SpanStoreLimits): SpanStore {
  let database: IDBDatabase | undefined
  let opening: Promise<IDBDatabase> | undefined
  let draining = false
  let notBefore = 0
  /** The mark at which there was nothing to send, or only batches that cannot be removed. */
  let emptyMark: string | undefined

  function opened(): Promise<IDBDatabase> {
    opening ??= openDatabase().then((made) => {
      database = made
      // Another tab may want to delete the database, or the browser may have closed it. The next batch reopens it.
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
      // Reopening the connection may help: browsers lose connections without an event.
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
    // First, and synchronously when the database is open: the page may be unloading.
    writeStoredMark()
    const key: StoredKey = [Date.now(), sizeBytes, spans.length, Math.random()]
    await run('readwrite', (table) => table.add(body, key))
    // Written again, since another tab may have found the database empty and removed the mark.
    writeStoredMark()
    emptyMark = undefined
  }

  /** Evicts batches until the size limit is met. Returns the number of evicted spans. */
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
      // Eviction is tried again with the next batch.
    }
    return evicted
  }

  const isFresh = (storedMillis: number) => Date.now() - storedMillis <= maxAgeMillis

  /** The oldest batch that has not expired. */
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
        // The body is missing when another tab has evicted the batch.
        if (typeof body === 'string') return { key, body, count, storedMillis }
      } else {
        await remove(key)
        onExpired(count)
      }
    }
    return undefined
  }

  async function sendAll({
    target,
    functions: { post, compress },
    maySend,
    onResult,
    onExpired,
  }: DrainParts): Promise<void> {
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
      // Stays set if `remove` fails: a batch that cannot be removed would otherwise be sent again and again.
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
            // `lock` is null while another tab is sending.
            if (lock) await sendAll(parts)
          })
        } else await sendAll(parts)
      } catch {
        // Web Locks are unavailable, or the store cannot be read. The next page tries again.
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

/** Waits for the transaction: a successful request can still be rolled back for lack of space. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

function isKey(key: IDBValidKey): key is StoredKey {
  return Array.isArray(key)
}
