/** What the page under test offers to the measures, as `window.bench`. */
export interface Bench {
  /** Unix milliseconds of each click, by action: `a0`, `b0`, `a1` … */
  readonly clicks: Record<string, number>
  /** Actions whose handler has come to its end. */
  readonly done: string[]
  ask(action: string, delayMillis?: number): Promise<void>
  startPolling(): void
  stopPolling(): void
  fetchMany(count: number, parallel: number): Promise<void>
}
declare global {
  interface Window {
    bench: Bench
  }
}
