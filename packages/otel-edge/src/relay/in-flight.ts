/** Counts the bytes of batches that are being sent, so that a slow collector does not fill the isolate. */
export interface InFlight {
  sizeBytes(): number
  /** Counts bytes until a promise has settled, or until the runtime has cancelled it. */
  track<Result>(sizeBytes: number, untilMillis: number, sending: Promise<Result>): Promise<Result>
}

export function createInFlight(): InFlight {
  // The runtime cancels the promises of a request that has ended. They never settle, so each entry expires.
  let entries: readonly { readonly sizeBytes: number; readonly untilMillis: number }[] = []
  return {
    sizeBytes() {
      const now = Date.now()
      entries = entries.filter(({ untilMillis }) => untilMillis > now)
      return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    },
    async track(sizeBytes, untilMillis, sending) {
      const entry = { sizeBytes, untilMillis }
      entries = [...entries, entry]
      try {
        return await sending
      } finally {
        entries = entries.filter((other) => other !== entry)
      }
    },
  }
}
