import { readStoredMark, removeStoredMark } from './stored-mark.ts'
import { removeUnsent } from './unsent.ts'

/** The database that spans are kept in while they cannot be sent. */
export const DATABASE = 'throughline'

/** Throws away all that is stored, whichever page has stored it. */
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
      // There is no database without the right to have one.
      resolve()
    }
  })
}
