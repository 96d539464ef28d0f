import { stateOf } from '../../core/attached-state.ts'

/** Called once when a body has ended. `error` is set when it failed, `endMillis` when it ended before the call. */
export type OnBodyEnd = (error?: unknown, endMillis?: number) => void

/** The body of a response to this worker, and the branches from which it can be read. */
export interface ReceivedBody {
  now(): number
  finish(...end: Parameters<OnBodyEnd>): void
  /** The streams from which it can still be read: initially one, and one more for each `tee()` and `clone()`. */
  branches: readonly Branch[]
  /** The number of reads that have not settled. */
  pending: number
  /** The time of the last read. */
  readMillis: number | undefined
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

/** The branch of a followed response, stream, reader or iterator; `undefined` for other values. */
export function branchOf(target: unknown): Branch | undefined {
  return stateOf(target) as Branch | undefined
}

/** Adds a branch, unless the body has it already. */
export function addBranch(branch: Branch): void {
  const { body } = branch
  body.branches = [...withoutBranch(branch), branch]
}

/** The other branches of the body. */
export function withoutBranch(branch: Branch): readonly Branch[] {
  return branch.body.branches.filter((other) => other !== branch)
}

/** Ends a branch that will not be read to its end. The body ends with its last branch. */
export function giveUp(branch: Branch, error?: unknown): void {
  const { body } = branch
  body.branches = withoutBranch(branch)
  if (body.branches.length === 0) body.finish(isDisconnect(error) ? undefined : error)
}

/** Whether a body ended because its reader disconnected or cancelled, which is not an error of the sender. */
export function isDisconnect(reason: unknown): boolean {
  return !(reason instanceof Error) || /abort|disconnect|cancel/i.test(`${reason.name} ${reason.message}`)
}

/** Marks a branch as unlocked, unless another reader has locked it since. */
export function release(branch: Branch, reader: object): void {
  if (branch.reader === reader) branch.reader = undefined
}
