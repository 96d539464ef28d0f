import type { BindingInstrumentation } from '../bindings/binding-instrumentation.ts'
import { withClientSpan } from '../bindings/client-span.ts'
import { extractFromMessage } from '../bindings/message-envelope.ts'
import { wrapObject } from '../bindings/wrap-object.ts'
import { ALL_COMPONENTS } from '../components/all-components.ts'
import { withContext } from '../core/context.ts'
import type { Sdk } from '../core/sdk.ts'
import { ATTR_WORKFLOW_INSTANCE_ID } from '../core/semconv.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import type { EdgeOptions } from '../options.ts'
import { INTERNAL } from '../platform/api-constants.ts'
import { getSdk } from '../sdk.ts'
import { startInvocation } from '../trace/invocation-span.ts'
import { extendClass } from './extend-class.ts'
import { createRunSegments, type RunSegments } from './run-segments.ts'

type WorkflowClass = new (ctx: never, env: never) => { run(event: never, step: never): Promise<unknown> }
type Method = (...args: unknown[]) => Promise<unknown>

interface WorkflowEventLike {
  readonly payload: unknown
  readonly instanceId: string
}

/**
 * Traces a Workflow. Each segment of a run, up to a sleep or a wait for an event, is a span. Each executed step is a child of
 * that span. All runs of an instance belong to one trace, also after sleeps, failures and restarts. It is the trace of the
 * caller if the caller names the binding in `propagateBindings`. Otherwise the trace id is derived from the instance id.
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
  const name = Base.name
  const instances = new WeakMap<object, { sdk: Sdk; lifetime: WaitUntil }>()
  const Traced = extendClass(Base, (args, target) => {
    const [ctx, env] = args as [ctx: WaitUntil, env: object]
    const sdk = getSdk(options, ALL_COMPONENTS, env)
    const instance = Reflect.construct(Base, [ctx, sdk.tracedEnv], target) as object
    instances.set(instance, { sdk, lifetime: ctx })
    return instance
  })
  const traceRun = async (run: Method, self: object, event: WorkflowEventLike, step: object) => {
    const instance = instances.get(self)
    if (!instance) return Reflect.apply(run, self, [event, step])
    const { sdk, lifetime } = instance
    const { body, context: parent } = extractFromMessage(event.payload, sdk.propagator)
    const description = {
      name: `run ${name}`,
      attributes: { [ATTR_WORKFLOW_INSTANCE_ID]: event.instanceId },
      parent,
      traceId: parent ? undefined : await traceIdOf(event.instanceId),
    }
    const segments = createRunSegments(() => startInvocation(sdk, lifetime, description))
    const opened = parent ? { ...event, payload: body } : event
    try {
      const traced = wrapObject(step, stepInstrumentation(segments), { name, sdk })
      const result = await withContext(segments.current().context, () =>
        Reflect.apply(run, self, [opened, traced]),
      )
      segments.end()
      return result
    } catch (error) {
      segments.current().fail(error)
      segments.end()
      throw error
    }
  }
  Object.defineProperty(Traced.prototype as object, 'run', {
    configurable: true,
    writable: true,
    value: new Proxy((Base.prototype as { run: Method }).run, {
      apply: (run, self: object, [event, step]: [WorkflowEventLike, object]) =>
        traceRun(run, self, event, step),
    }),
  })
  return Traced
}

/** In a restarted run, a step that has completed is not executed again and has no span. */
function stepInstrumentation(segments: RunSegments): BindingInstrumentation {
  return {
    overrides(target, method) {
      const call = (args: unknown[]) => Reflect.apply(Reflect.get(target, method) as Method, target, args)
      if (/^(?:sleep|sleepUntil|waitForEvent)$/.test(method)) {
        return (...args: unknown[]) => segments.sleep(call(args))
      }
      if (method !== 'do') return undefined
      return (...args: unknown[]) => {
        const callback = args.at(-1)
        if (typeof callback !== 'function') return call(args)
        const describe = () => ({ name: String(args[0]), kind: INTERNAL, attributes: {} })
        // The Workflows engine calls the callback without an async context.
        const traced = (...stepArgs: unknown[]) =>
          segments.run(() =>
            withClientSpan(describe, () => Reflect.apply(callback, undefined, stepArgs) as unknown),
          )
        return segments.step(call([...args.slice(0, -1), traced]))
      }
    },
  }
}

/** Derives the trace id of all runs of an instance from its id. */
async function traceIdOf(instanceId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(instanceId))
  const bytes = new Uint8Array(digest).subarray(0, 16)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
