import type { Restore } from '../../platform/patch.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'

/**
 * Global symbol under which code compiled by the build plugin and the context manager find each other, in either order.
 */
export const MEETING_POINT: unique symbol = Symbol.for('throughline.contexts')

/** The methods that compiled code calls around its awaits, by way of `vite/await-runtime.ts`. */
export type CompiledContexts = Pick<
  MicrotaskContexts,
  | 'active'
  | 'current'
  | 'followed'
  | 'following'
  | 'leave'
  | 'onRun'
  | 'reacted'
  | 'resumed'
  | 'resumeIn'
  | 'idleRounds'
  | 'watching'
  | 'with'
>

interface MeetingPoint {
  contexts?: CompiledContexts | undefined
  /** True when all code of the page that awaits was compiled: see `dependencies` of the build plugin. */
  allCompiled?: boolean
}

/** Connects compiled code with the context manager. */
export function connectCompiledAwaits(contexts: MicrotaskContexts): Restore {
  const meeting = meetingPoint()
  const { contexts: before } = meeting
  meeting.contexts = contexts
  return () => {
    if (meeting.contexts === contexts) meeting.contexts = before
  }
}

/** The object that both sides share. The side that loads first creates it. */
export function meetingPoint(): MeetingPoint {
  const scope = globalThis as { [MEETING_POINT]?: MeetingPoint }
  scope[MEETING_POINT] ??= {}
  return scope[MEETING_POINT]
}
