/** Called once when a body has ended. `error` is set when it failed, `endMillis` when it ended before the call. */
export type OnBodyEnd = (error?: unknown, endMillis?: number) => void

/** The body of a response to this worker, and the branches from which it can be read. */
export interface ReceivedBody {
  readonly now: () => number
  readonly finish: OnBodyEnd
  /** The streams from which it can still be read: initially one, and one more for each `tee()` and `clone()`. */
  readonly branches: Set<Branch>
  /** The number of reads that have not settled. */
  pending: number
  /** The time of the last read. */
  readMillis?: number
}

/** One stream of a received body. */
export interface Branch {
  readonly body: ReceivedBody
  readonly response?: Response
  /** Set when the app reads `response.body`. On some runtimes, reading it converts a text body into a stream. */
  stream?: ReadableStream
  /** Identifies what has locked the stream: a reader, an iterator, a pipe or a pending `text()`. */
  reader?: object | undefined
}

/** The branch of each followed response, stream, reader and iterator. */
export const followed: WeakMap<object, Branch> = new WeakMap()

/** The branch of a followed stream; `undefined` for other streams. */
export function branchOf(stream: ReadableStream): Branch | undefined {
  return followed.get(stream)
}

/** Ends a branch that will not be read to its end. The body ends with its last branch. */
export function giveUp(branch: Branch, error?: unknown): void {
  const { branches, finish } = branch.body
  branches.delete(branch)
  if (branches.size === 0) finish(isDisconnect(error) ? undefined : error)
}

/** Whether a body ended because its reader disconnected or cancelled, which is not an error of the sender. */
export function isDisconnect(reason: unknown): boolean {
  return !(reason instanceof Error) || /abort|disconnect|cancel/i.test(`${reason.name} ${reason.message}`)
}

/** Marks a branch as unlocked, unless another reader has locked it since. */
export function release(branch: Branch, reader: object): void {
  if (branch.reader === reader) branch.reader = undefined
}
