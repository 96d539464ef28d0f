import type { MicrotaskContexts } from './microtask-contexts.ts'
import type { Restore } from './patch.ts'

/** Where code compiled by the build plugin and the context manager meet, whichever comes first. */
const MEETING_POINT: unique symbol = Symbol.for('throughline.contexts')

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

/** Connects compiled code with the context manager. */
export function connectCompiledAwaits(contexts: MicrotaskContexts): Restore {
  const scope = globalThis as { [MEETING_POINT]?: { contexts?: CompiledContexts | undefined } }
  scope[MEETING_POINT] ??= {}
  const meeting = scope[MEETING_POINT]
  const { contexts: before } = meeting
  meeting.contexts = contexts
  return () => {
    if (meeting.contexts === contexts) meeting.contexts = before
  }
}
