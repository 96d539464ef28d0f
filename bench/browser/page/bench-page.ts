/** The interface of the page for the measures, as `window.bench`. */
export interface Bench {
  /** Unix milliseconds of each click, by action: `a0`, `b0`, `a1` … */
  readonly clicks: Record<string, number>
  /** Actions whose handler has ended. */
  readonly done: string[]
  /** The number of requests of a click on "Many", and the number of concurrent ones. */
  readonly many: { count: number; parallel: number }
  /** Resolves when the next "Many" has all responses. */
  untilMany(): Promise<void>
  ask(action: string, delayMillis?: number): Promise<void>
  startPolling(): void
  stopPolling(): void
}
declare global {
  interface Window {
    bench: Bench
  }
}
