/** The part of `ExecutionContext` that keeps an invocation alive until a promise has settled. */
export interface WaitUntil {
  waitUntil(promise: Promise<unknown>): void
}
