const KEY = 'throughline.stored'

/**
 * Reads the mark that says whether spans may be stored. The database is opened only if they may: it is empty on most
 * page loads, and opening it takes longer than the rest of the SDK's start. Without `localStorage`, spans may always be
 * stored.
 *
 * @returns undefined when no spans are stored, otherwise a value that changes with each stored batch
 */
export function readStoredMark(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined
  } catch {
    return KEY
  }
}

export function writeStoredMark(): void {
  try {
    localStorage.setItem(KEY, `${Date.now()}.${Math.random()}`)
  } catch {
    // Without `localStorage` the database is checked each time.
  }
}

export function removeStoredMark(): void {
  try {
    localStorage.removeItem(KEY)
  } catch {
    // Without `localStorage` there is no mark to remove.
  }
}
