/** What `/throughline.js` leaves on the page, as far as the shop uses it. Absent when the script is. */
interface Window {
  readonly throughline?: {
    /** Calls back once for each user action whose trace was recorded; returns what ends that. */
    onTrace(callback: (trace: { readonly traceId: string; readonly name: string }) => void): () => void
  }
}
