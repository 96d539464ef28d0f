import { DURABLE_STORAGE } from '../bindings/kinds/durable-storage.ts'
import { wrapObject } from '../bindings/wrap-object.ts'
import { ALL_COMPONENTS } from '../components/all-components.ts'
import { EMPTY_CONTEXT, hasActiveContext, withContext } from '../core/context.ts'
import type { Sdk } from '../core/sdk.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import type { EdgeOptions } from '../options.ts'
import { getSdk } from '../sdk.ts'
import { propertiesOf } from './class-properties.ts'
import { extendClass, type WorkerClass } from './extend-class.ts'
import { type Instance, traceCall } from './trace-call.ts'

type Method = (this: object, ...args: unknown[]) => unknown
type TraceMethod = (name: string, method: Method) => Method

/**
 * Traces a `WorkerEntrypoint`. Each call of `fetch` and of an RPC method is a server span, and the bindings of `this.env` are
 * traced. An RPC call belongs to the trace of its caller if the caller names the binding in `propagateBindings`.
 *
 * @example
 * ```ts
 * export const Inventory = instrumentEntrypoint(class extends WorkerEntrypoint<Env> { … }, { serviceName: 'inventory' })
 * ```
 */
export function instrumentEntrypoint<Class extends WorkerClass>(
  Base: Class,
  options: EdgeOptions = {},
): Class {
  return instrumentClass(Base, options)
}

/** Traces a Durable Object: `fetch`, RPC methods, `alarm` and WebSocket events are spans; `this.env` is traced. */
export function instrumentDurableObject<Class extends WorkerClass>(
  Base: Class,
  options: EdgeOptions = {},
): Class {
  return instrumentClass(Base, options, 'internal')
}

function instrumentClass<Class extends WorkerClass>(
  Base: Class,
  options: EdgeOptions,
  trust?: EdgeOptions['trust'],
): Class {
  const instances = new WeakMap<object, Instance>()
  const Traced = extendClass(Base, (args, target) => {
    // Methods of classes that extend the traced class are traced as well: RPC passes the hidden argument to them too.
    for (
      let prototype = target.prototype as object;
      prototype !== Traced.prototype && !extending.has(prototype);
      prototype = Object.getPrototypeOf(prototype) as object
    ) {
      extending.add(prototype)
      traceProperties(prototype, propertiesOf(prototype, Object.getPrototypeOf(prototype) as object))
    }
    const [ctx, env] = args as [ctx: WaitUntil, env: object]
    const sdk = getSdk(options, ALL_COMPONENTS, env)
    traceStorage(ctx, Base.name, sdk)
    // Work that the constructor starts does not belong to an invocation, even if it continues during one.
    const instance = withContext(
      EMPTY_CONTEXT,
      () => Reflect.construct(Base, [ctx, sdk.tracedEnv], target) as object,
    )
    instances.set(instance, { sdk, lifetime: ctx })
    return instance
  })
  // A proxy keeps the name, the length and the properties of the method.
  const traceMethod: TraceMethod = (name, method) =>
    new Proxy(method, {
      apply(_, self: object, args: unknown[]) {
        const instance = instances.get(self)
        // A call within the class (`this.other()`) belongs to an invocation that is traced already.
        if (!instance || hasActiveContext()) return Reflect.apply(method, self, args)
        const incoming = { method: name, service: Base.name, trust, args }
        return traceCall(instance, incoming, (own) => Reflect.apply(method, self, own))
      },
    })
  const traceProperties = (target: object, properties: ReadonlyMap<string, PropertyDescriptor>) => {
    for (const [name, property] of properties) {
      Object.defineProperty(target, name, traceProperty(name, property, traceMethod))
    }
  }
  const extending = new WeakSet<object>()
  traceProperties(Traced.prototype as object, propertiesOf(Base.prototype as object))
  return Traced
}

/** Traces `ctx.storage`. Only this property is replaced, since the runtime accepts only its own object as `ctx`. */
function traceStorage(ctx: object, name: string, sdk: Sdk): void {
  const storage: unknown = Reflect.get(ctx, 'storage')
  if (typeof storage !== 'object' || storage === null) return
  Object.defineProperty(ctx, 'storage', {
    configurable: true,
    value: wrapObject(storage, DURABLE_STORAGE, { name, sdk }),
  })
}

/** Traces a method, or the function that a getter returns: RPC passes the hidden argument to both. */
function traceProperty(
  name: string,
  { value, get, set }: PropertyDescriptor,
  traceMethod: TraceMethod,
): PropertyDescriptor {
  if (!get) return { configurable: true, writable: true, value: traceMethod(name, value as Method) }
  return {
    configurable: true,
    ...(set ? { set } : {}),
    get(this: object) {
      const own: unknown = Reflect.apply(get, this, [])
      if (hasActiveContext() || !(own instanceof Function)) return own
      return traceMethod(name, own as Method).bind(this)
    },
  }
}
