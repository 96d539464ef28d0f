/** Stands for what throws when it is looked at. */
export const UNREADABLE = '[unreadable]'

/** Text from whatever an app has thrown or passed: it may be anything, and reading it may throw. */
export function textOf(read: () => unknown): string {
  try {
    return String(read())
  } catch {
    return UNREADABLE
  }
}
