import { readStoredMark, removeStoredMark } from './stored-mark.ts'
import { removeUnsent } from './unsent.ts'

/** The IndexedDB database of spans that could not be sent yet. */
export const DATABASE = 'throughline'

/** Deletes all stored spans, including those of other pages. */
export function deleteStored(): Promise<void> {
  if (readStoredMark() === undefined) return Promise.resolve()
  removeUnsent()
  return new Promise((resolve) => {
    try {
      const request = indexedDB.deleteDatabase(DATABASE)
      request.onsuccess = () => {
        removeStoredMark()
        resolve()
      }
      request.onerror = () => resolve()
    } catch {
      // Without access to IndexedDB there is no database to delete.
      resolve()
    }
  })
}
