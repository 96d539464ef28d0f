/** The text for a value that cannot be read. */
export const UNREADABLE = '[unreadable]'

/** The maximum length of the text that is searched for secrets, which takes time for each character. */
export const MAX_READ_LENGTH: number = 64 * 1024

/** Converts a value of the app to a string. Returns `UNREADABLE` when `read` or the conversion throws. */
export function safeString(read: () => unknown): string {
  try {
    return String(read()).slice(0, MAX_READ_LENGTH)
  } catch {
    return UNREADABLE
  }
}
