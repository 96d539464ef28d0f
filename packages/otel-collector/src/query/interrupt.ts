import type { DatabaseSync } from 'node:sqlite'

/** Why a read was interrupted: it took too long, its client disconnected, or a writer had to wait for it. */
export type InterruptReason = 'time' | 'client' | 'writer'

/** The error that ends a read early. */
export class Interrupted extends Error {
  readonly reason: InterruptReason

  constructor(reason: InterruptReason) {
    super(`interrupted: ${reason}`)
    this.reason = reason
  }
}

/** Ends reads of one thread early. */
export interface Interrupt {
  /** Runs `read`. `check` is called every few rows of its queries, and throws an `Interrupted` to end the read. */
  during<Result>(check: () => void, read: () => Result): Result
}

const ROWS_A_CHECK = 64

/**
 * Creates the interrupt of a connection, with the SQL function `go_on()`. SQLite runs a statement to its end unless a
 * function in it throws, so queries over many rows have the condition `AND go_on()`.
 */
export function createInterrupt(database: DatabaseSync): Interrupt {
  let current: (() => void) | undefined
  let rows = 0
  database.function('go_on', () => {
    if (++rows % ROWS_A_CHECK === 0) current?.()
    return 1
  })
  return {
    during(check, read) {
      current = check
      try {
        check()
        return read()
      } finally {
        current = undefined
      }
    },
  }
}
