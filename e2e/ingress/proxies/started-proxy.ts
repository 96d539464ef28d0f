/** A running proxy. */
export interface StartedProxy {
  /** The address of each of its listeners, by name. */
  readonly urls: Readonly<Record<string, string>>
  stop(): Promise<void>
}
