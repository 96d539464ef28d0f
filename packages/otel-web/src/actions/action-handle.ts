/** The argument of the function that is passed to `action(name, fn)`. */
export interface ActionHandle {
  readonly traceId: string
  /** Ends the action now, even if work is pending. */
  end(): void
  /**
   * Keeps the action open until the returned function is called, for at most 15 seconds. The whole action lasts at
   * most 30 seconds.
   */
  hold(): () => void
}
