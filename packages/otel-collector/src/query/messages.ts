import type { InterruptReason } from './interrupt.ts'

/** The parts of a GET request that determine its response. */
export interface Query {
  readonly path: string
  /** The query with its `?`, or an empty string. */
  readonly search: string
  readonly ifNoneMatch: string | undefined
}

/** The `workerData` of a query worker. */
export interface WorkerStart {
  readonly path: string
  /**
   * Written by the pool and read by the worker. A 1 at the index of a slot ends the read in that slot. Two elements for all
   * reads follow: {@link FLAGS}.
   */
  readonly flags: Int32Array<SharedArrayBuffer>
}

/** Why a query was not answered, or its response was truncated. */
export interface QueryFailure {
  readonly reason: InterruptReason | 'error' | 'busy'
  readonly message: string
}

/** The maximum number of simultaneous reads in one worker. */
export const SLOTS = 32
/** Indices of the flags for all reads of a worker, after the flags of the slots. */
export const FLAGS: { readonly writer: number; readonly pause: number } = {
  /** Incremented when the writer has to wait for reads, to end all that are in a transaction. */
  writer: SLOTS,
  /** 1 while no transaction may begin. */
  pause: SLOTS + 1,
}

export type ToWorker =
  | { readonly type: 'start'; readonly slot: number; readonly query: Query; readonly maxMillis: number }
  /** Requests the next chunk: the client has received the most recent one, or has disconnected. */
  | { readonly type: 'next'; readonly slot: number }

export type FromWorker =
  | {
      readonly type: 'head'
      readonly slot: number
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly type: 'chunk'; readonly slot: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'end'; readonly slot: number }
  /** Sent before the head, it is the only response. Sent after it, the response is truncated. */
  | { readonly type: 'failed'; readonly slot: number; readonly failure: QueryFailure }
