import type { Context } from '@opentelemetry/api'
import type { MicrotaskContexts } from './microtask-contexts.ts'
import type { Restore } from './patch.ts'

/**
 * What code compiled by the build plugin calls around its awaits. It stands at `globalThis[AWAIT_HOOKS]`, made by
 * whoever comes first, the compiled code or the context manager; without a manager every hook does nothing.
 */
export interface AwaitHooks {
  /** The active context, `undefined` without a manager. */
  active: () => Context | undefined
  /** Says that the compiled code itself resumes the context after an await of this value. */
  follows: (value: unknown) => void
  /** A compiled function goes on after an await. */
  resume: (context: Context) => void
  /** A compiled function that was resumed suspends again, or ends. */
  leave: () => void
}

/** Where the hooks stand. */
export const AWAIT_HOOKS: unique symbol = Symbol.for('throughline.await-hooks')

/** Connects compiled code with the context manager. */
export function connectCompiledAwaits(contexts: MicrotaskContexts): Restore {
  const scope = globalThis as { [AWAIT_HOOKS]?: Partial<AwaitHooks> }
  scope[AWAIT_HOOKS] ??= {}
  const hooks = scope[AWAIT_HOOKS]
  const before = { ...hooks }
  Object.assign(hooks, {
    active: () => contexts.current.context,
    follows(value) {
      contexts.followed = value
    },
    resume: (context) => contexts.resumeIn(context),
    leave: () => contexts.leave(),
  } satisfies AwaitHooks)
  return () => {
    for (const name of ['active', 'follows', 'resume', 'leave'] as const) delete hooks[name]
    Object.assign(hooks, before)
  }
}
