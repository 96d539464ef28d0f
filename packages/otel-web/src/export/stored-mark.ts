const KEY = 'throughline.stored'

/**
 * Whether spans may be stored. Only then the database is opened: on most page loads of most visits there is nothing in
 * it, and opening it costs more than the rest of the SDK's start. Without `localStorage` there may always be some.
 *
 * @returns undefined when there are none, else a mark that changes with each batch that is stored
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
    // It is then looked for spans each time.
  }
}

export function removeStoredMark(): void {
  try {
    localStorage.removeItem(KEY)
  } catch {
    // As above.
  }
}
