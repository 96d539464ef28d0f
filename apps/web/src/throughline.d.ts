/** What `/throughline.js` leaves on the page, as far as the shop uses it. Absent when the script is. */
interface Window {
  readonly throughline?: {
    /** Runs `fn` as a user action of that name and returns what it returns. */
    action<T>(name: string, fn: () => T): T
    /** Calls back once for each user action whose trace was recorded; returns what ends that. */
    onTrace(callback: (trace: { readonly traceId: string; readonly name: string }) => void): () => void
  }
}
