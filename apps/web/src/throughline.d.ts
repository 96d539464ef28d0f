/** The part of `window.throughline` that the shop uses. Absent without the script. */
interface Window {
  readonly throughline?: {
    /** Runs `fn` as a user action with this name and returns its result. */
    action<T>(name: string, fn: () => T): T
    /** Calls back once for each user action with a recorded trace; returns a function that removes the callback. */
    onTrace(callback: (trace: { readonly traceId: string; readonly name: string }) => void): () => void
  }
}
