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
      let stretch = startEvent(sdk, lifetime, description)
      const steps = stepKind({
        current: () => stretch,
        next: () => {
          stretch = startEvent(sdk, lifetime, description)
        },
      })
      try {
        return await withContext(stretch.context, () =>
          super.run({ ...event, payload: body }, wrapObject(step, steps, { name, sdk })),
        )
      } catch (error) {
        stretch.fail(error)
        throw error
      } finally {
        stretch.end()
      }
    }
  }
  Object.defineProperty(Traced, 'name', { value: name })
  return Traced as unknown as Class
}

interface Stretches {
  current(): StartedEvent
  next(): void
}

type Method = (...args: unknown[]) => Promise<unknown>

/** A step that was done before its instance was started again gives its result without running: no span then. */
function stepKind({ current, next }: Stretches): Kind {
  return {
    replaces(target, method) {
      const original = Reflect.get(target, method) as Method
      if (/^(?:sleep|sleepUntil|waitForEvent)$/.test(method)) {
        return async (...args: unknown[]) => {
          // It may never come back from there.
          current().end()
          try {
            return await Reflect.apply(original, target, args)
          } finally {
            next()
          }
        }
      }
      if (method !== 'do') return undefined
      return (...args: unknown[]) => {
        const callback = args.at(-1)
        if (typeof callback !== 'function') return Reflect.apply(original, target, args)
        const describe = () => ({ name: String(args[0]), kind: INTERNAL, attributes: {} })
        // The engine calls back from outside, where no context is.
        const traced = (...stepArgs: unknown[]) =>
          withContext(current().context, () =>
            withClientSpan(describe, () => Reflect.apply(callback, undefined, stepArgs) as unknown),
          )
        return Reflect.apply(original, target, [...args.slice(0, -1), traced])
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
