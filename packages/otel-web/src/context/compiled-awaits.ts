import type { MicrotaskContexts } from './microtask-contexts.ts'
import type { Restore } from './patch.ts'

/** Where code compiled by the build plugin and the context manager meet, whichever comes first. */
export const MEETING_POINT: unique symbol = Symbol.for('throughline.contexts')

/** What compiled code uses around its awaits; its side is `vite/await-runtime.ts`. */
type CompiledContexts = Pick<
  MicrotaskContexts,
  | 'active'
  | 'current'
  | 'followed'
  | 'following'
  | 'leave'
  | 'onRun'
  | 'resumed'
  | 'resumeIn'
  | 'silent'
  | 'with'
>

interface MeetingPoint {
  contexts?: CompiledContexts | undefined
  /** Whether no code of the page awaits but compiled code: see `dependencies` of the build plugin. */
  readonly allCompiled?: boolean
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

/** The object that both sides know, made by whoever comes first. */
export function meetingPoint(): MeetingPoint {
  const scope = globalThis as { [MEETING_POINT]?: MeetingPoint }
  scope[MEETING_POINT] ??= {}
  return scope[MEETING_POINT]
}
