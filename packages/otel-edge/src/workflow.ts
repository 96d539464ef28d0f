import type { Context } from '@opentelemetry/api'
import { PassiveSpan, setSpan } from '@throughline/otel-shared'
import { useAllParts } from './all-parts.ts'
import { INTERNAL } from './api-constants.ts'
import { withClientSpan } from './client-span.ts'
import { EMPTY_CONTEXT, withContext } from './context.ts'
import { type StartedEvent, startEvent } from './event-span.ts'
import type { WaitUntil } from './invocation.ts'
import type { EdgeOptions } from './options.ts'
import { openEnvelope } from './queue-envelope.ts'
import { getSdk, type Sdk } from './sdk.ts'
import { type Kind, wrapObject } from './wrap-object.ts'

type WorkflowClass = new (ctx: never, env: never) => { run(event: never, step: never): Promise<unknown> }

/** The same as the runtime calls it. */
type RunnableClass = new (
  ctx: WaitUntil,
  env: object,
) => { run(event: WorkflowEventLike, step: object): Promise<unknown> }

interface WorkflowEventLike {
  readonly payload: unknown
  readonly instanceId: string
}

/**
 * Traces a Workflow: each stretch that the runtime runs it, up to where it sleeps or waits for an event (the runtime may
 * put it to rest there), is a span, each step that really runs is a span below it. An instance is one trace, however often it sleeps, fails and is started again: that of whoever created it (its binding
 * named in `rpc`), else one made from its id.
 *
 * @example
 * ```ts
 * export const Refund = instrumentWorkflow(class extends WorkflowEntrypoint<Env> { … }, { serviceName: 'refunds' })
 * ```
 */
export function instrumentWorkflow<Class extends WorkflowClass>(
  Base: Class,
  options: EdgeOptions = {},
): Class {
  useAllParts()
  const name = Base.name
  const instances = new WeakMap<object, { sdk: Sdk; lifetime: WaitUntil }>()
  class Traced extends (Base as unknown as RunnableClass) {
    constructor(ctx: WaitUntil, env: object) {
      const sdk = getSdk(options, env)
      super(ctx, sdk.tracedEnv)
      instances.set(this, { sdk, lifetime: ctx })
    }

    override async run(event: WorkflowEventLike, step: object): Promise<unknown> {
      const instance = instances.get(this)
      if (!instance) return super.run(event, step)
      const { sdk, lifetime } = instance
      const { body, context } = openEnvelope(event.payload, sdk.propagator)
      const parent = context ?? (await contextOfInstance(event.instanceId))
      const description = {
        name: `run ${name}`,
        attributes: { 'workflow.instance.id': event.instanceId },
        parent,
      }
      const stretches = createStretches(() => startEvent(sdk, lifetime, description))
      try {
        const result = await withContext(stretches.current().context, () =>
          super.run({ ...event, payload: body }, wrapObject(step, stepKind(stretches), { name, sdk })),
        )
        stretches.end()
        return result
      } catch (error) {
        stretches.current().fail(error)
        stretches.end()
        throw error
      }
    }
  }
  Object.defineProperty(Traced, 'name', { value: name })
  return Traced as unknown as Class
}

/** The stretches of a run between its rests, of which one at most is open. */
interface Stretches {
  /** The open one; a new one when none is. */
  current(): StartedEvent
  /** Runs the callback of a step. */
  work<Result>(callback: () => Result): Result
  /** Until a step is done. */
  step<Result>(step: Promise<Result>): Promise<Result>
  /** Until a sleep or a wait is over: from there the run may never come back. */
  rest<Result>(rest: Promise<Result>): Promise<Result>
  end(): void
}

function createStretches(start: () => StartedEvent): Stretches {
  let open: StartedEvent | undefined = start()
  // One in which no step has run goes on: a run that is started again passes what it has slept through before.
  let isUsed = false
  let steps = 0
  let rests = 0
  const current = () => {
    open ??= start()
    return open
  }
  const end = () => {
    open?.end()
    open = undefined
    isUsed = false
  }
  const endAtRest = async () => {
    // What is called together with the sleep is counted by then.
    await undefined
    if (rests > 0 && steps === 0 && isUsed) end()
  }
  return {
    current,
    end,
    work(callback) {
      isUsed = true
      return withContext(current().context, callback)
    },
    async step(step) {
      steps++
      try {
        return await step
      } finally {
        steps--
        void endAtRest()
      }
    },
    async rest(rest) {
      rests++
      void endAtRest()
      try {
        return await rest
      } finally {
        rests--
      }
    },
  }
}

type Method = (...args: unknown[]) => Promise<unknown>

/** A step that was done before its instance was started again gives its result without running: no span then. */
function stepKind(stretches: Stretches): Kind {
  return {
    replaces(target, method) {
      const call = (args: unknown[]) => Reflect.apply(Reflect.get(target, method) as Method, target, args)
      if (/^(?:sleep|sleepUntil|waitForEvent)$/.test(method)) {
        return (...args: unknown[]) => stretches.rest(call(args))
      }
      if (method !== 'do') return undefined
      return (...args: unknown[]) => {
        const callback = args.at(-1)
        if (typeof callback !== 'function') return call(args)
        const describe = () => ({ name: String(args[0]), kind: INTERNAL, attributes: {} })
        // The engine calls back from outside, where no context is.
        const traced = (...stepArgs: unknown[]) =>
          stretches.work(() =>
            withClientSpan(describe, () => Reflect.apply(callback, undefined, stepArgs) as unknown),
          )
        return stretches.step(call([...args.slice(0, -1), traced]))
      }
    },
  }
}

/** The same trace for the same instance: a context with a trace and no span in it yet. */
async function contextOfInstance(instanceId: string): Promise<Context> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(instanceId))
  const bytes = new Uint8Array(digest).subarray(0, 16)
  const traceId = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return setSpan(EMPTY_CONTEXT, new PassiveSpan({ traceId, spanId: '', traceFlags: 0 }))
}
