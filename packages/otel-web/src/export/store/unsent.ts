import type { Batch } from '../batches.ts'
import { writeStoredMark } from './stored-mark.ts'

const PREFIX = 'throughline.unsent.'
const MAX_CHARACTERS = 250_000

/**
 * The key of a batch contains everything but its body, so that limits can be applied without reading bodies. Keys sort
 * by age, oldest first.
 */
export type StoredKey = [storedMillis: number, sizeBytes: number, count: number, unique: number]

/** A stored batch, with the key to remove it. */
export interface StoredBatch {
  readonly key: StoredKey | string
  readonly body: string
  readonly count: number
  readonly storedMillis: number
}

/**
 * Stores a batch of an unloading page in `localStorage`: a write to IndexedDB is often lost at that time.
 *
 * @returns false when there is no room
 */
export function keepUnsent({ body, spans }: Batch): boolean {
  try {
    if (unsentKeys().reduce((sum, key) => sum + localStorage[key].length, body.length) > MAX_CHARACTERS)
      return false
    localStorage.setItem(`${PREFIX}${Math.random()}`, `${spans.length}.${Date.now()}.${body}`)
    writeStoredMark()
    return true
  } catch {
    return false
  }
}

/** Returns one of the batches in `localStorage`, if any. */
export function readUnsent(): (StoredBatch & { readonly key: string }) | undefined {
  try {
    const [key] = unsentKeys()
    const [, count, storedMillis, body] = /^(\d+)\.(\d+)\.(.+)/s.exec((key && localStorage[key]) ?? '') ?? []
    return key && body ? { key, body, count: Number(count), storedMillis: Number(storedMillis) } : undefined
  } catch {
    return undefined
  }
}

export function removeUnsent(key?: string): void {
  try {
    for (const each of key ? [key] : unsentKeys()) localStorage.removeItem(each)
  } catch {
    // Without storage there is nothing to remove.
  }
}

function unsentKeys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
}
