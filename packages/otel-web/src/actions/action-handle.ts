/** The argument of the function that is passed to `action(name, fn)`. */
export interface ActionHandle {
  readonly traceId: string
  /** Ends the action now, even if work is pending. */
  end(): void
  /** Keeps the action open until the returned function is called or a limit of the action is reached. */
  hold(): () => void
}
