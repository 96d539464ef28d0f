import type { Attributes } from '@opentelemetry/api'
import { useAllParts } from './all-parts.ts'
import { SERVER } from './api-constants.ts'
import { DURABLE_STORAGE } from './bindings.ts'
import { fromCarrier } from './carrier.ts'
import { EMPTY_CONTEXT, hasActiveContext, withContext } from './context.ts'
import { runEvent } from './event-span.ts'
import type { WaitUntil } from './invocation.ts'
import type { EdgeOptions } from './options.ts'
import { consumeBatch } from './queue-consumer.ts'
import { splitHiddenArgument } from './rpc.ts'
import { getSdk, type Sdk } from './sdk.ts'
import {
  ATTR_FAAS_TRIGGER,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_RPC_METHOD,
  ATTR_RPC_SERVICE,
  ATTR_RPC_SYSTEM,
} from './semconv.ts'
import { serve, startServerRequest } from './server-span.ts'
import { wrapObject } from './wrap-object.ts'
import { unwrap } from './wrapped.ts'

/** A class the runtime constructs with its context and environment. */
type WorkerClass = new (ctx: never, env: never) => object

type Method = (this: object, ...args: unknown[]) => unknown

/**
 * Traces a `WorkerEntrypoint`: each RPC method is a server span in its caller's trace (the caller names the binding
 * in `rpc`), `fetch` a server span, and `this.env` has traced bindings.
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
  return instrumentClass(Base, options, options.trust)
}

/** Traces a Durable Object: `fetch`, RPC methods, `alarm` and WebSocket events are spans; `this.env` is traced. */
export function instrumentDurableObject<Class extends WorkerClass>(
  Base: Class,
  options: EdgeOptions = {},
): Class {
  return instrumentClass(Base, options, 'internal')
}

interface Instance {
  readonly sdk: Sdk
  readonly lifetime: WaitUntil
}

function instrumentClass<Class extends WorkerClass>(
  Base: Class,
  options: EdgeOptions,
  trust: EdgeOptions['trust'],
): Class {
  useAllParts()
  const instances = new WeakMap<object, Instance>()
  // A class that extends the other, written out: no `class` can call its super constructor in a context.
  function Traced(ctx: WaitUntil, env: object): object {
    const sdk = getSdk(options, env)
    traceStorage(ctx, Base.name, sdk)
    // What the constructor calls and starts is no event, and nobody's RPC, however much later it runs.
    const instance = withContext(
      EMPTY_CONTEXT,
      () => Reflect.construct(Base, [ctx, sdk.tracedEnv], new.target) as object,
    )
    instances.set(instance, { sdk, lifetime: ctx })
    return instance
  }
  Object.setPrototypeOf(Traced, Base)
  Traced.prototype = Object.create(Base.prototype, {
    constructor: { value: Traced, writable: true, configurable: true },
  })
  Object.defineProperty(Traced, 'name', { value: Base.name })
  for (const [name, method] of methodsOf(Base.prototype)) {
    Object.defineProperty(Traced.prototype, name, {
      configurable: true,
      writable: true,
      value(this: object, ...args: unknown[]) {
        const instance = instances.get(this)
        // A call from inside (`this.other()`) is part of the event that is already being traced.
        if (!instance || hasActiveContext()) return Reflect.apply(method, this, args)
        return handle(instance, name, Base.name, trust, args, (own) => Reflect.apply(method, this, own))
      },
    })
  }
  return Traced as unknown as Class
}

function handle(
  { sdk, lifetime }: Instance,
  name: string,
  service: string,
  trust: EdgeOptions['trust'],
  args: readonly unknown[],
  call: (args: readonly unknown[]) => unknown,
): unknown {
  if (name === 'fetch') {
    const server = startServerRequest(sdk, args[0] as Request, lifetime, trust)
    return serve(server, () => call(args) as Promise<Response>)
  }
  if (name === 'queue') {
    return consumeBatch(sdk, args[0] as MessageBatch, lifetime, async (batch) => {
      await call([batch])
    })
  }
  const attributes = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined
  if (attributes) return runEvent(sdk, lifetime, { name, attributes }, () => call(args))
  const { args: own, carrier } = splitHiddenArgument(args)
  return runEvent(
    sdk,
    lifetime,
    {
      name,
      kind: SERVER,
      ...(carrier ? { parent: fromCarrier(carrier, sdk.propagator) } : {}),
      attributes: {
        [ATTR_RPC_SYSTEM]: 'cloudflare_rpc',
        [ATTR_RPC_SERVICE]: service,
        [ATTR_RPC_METHOD]: name,
      },
    },
    // The runtime gives away its own stubs, and no proxies of ours.
    () => unwrapSettled(call(own)),
  )
}

function unwrapSettled(value: unknown): unknown {
  return value instanceof Promise ? value.then((settled) => unwrap(settled)) : unwrap(value)
}

/** Methods that the runtime calls: it keeps all of these names from being called by RPC. */
const EVENTS: Readonly<Record<string, Attributes>> = {
  alarm: { [ATTR_FAAS_TRIGGER]: 'timer' },
  scheduled: { [ATTR_FAAS_TRIGGER]: 'timer' },
  email: { [ATTR_FAAS_TRIGGER]: 'other' },
  tail: { [ATTR_FAAS_TRIGGER]: 'other' },
  webSocketMessage: { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' },
  webSocketClose: { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' },
  webSocketError: { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' },
}

/** The runtime takes no other object than its own for a Durable Object's state, so its storage is put in front. */
function traceStorage(ctx: object, name: string, sdk: Sdk): void {
  const storage: unknown = Reflect.get(ctx, 'storage')
  if (typeof storage !== 'object' || storage === null) return
  Object.defineProperty(ctx, 'storage', {
    configurable: true,
    value: wrapObject(storage, DURABLE_STORAGE, { name, sdk }),
  })
}

/** The methods of a class and the classes it extends, up to the platform's own. */
function methodsOf(prototype: object): Map<string, Method> {
  const methods = new Map<string, Method>()
  for (
    let current = prototype;
    !isPlatformClass(current);
    current = Object.getPrototypeOf(current) as object
  ) {
    for (const name of Object.getOwnPropertyNames(current)) {
      const value: unknown = Object.getOwnPropertyDescriptor(current, name)?.value
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name)) {
        methods.set(name, value as Method)
      }
    }
  }
  return methods
}

function isPlatformClass(prototype: object | null): boolean {
  return (
    prototype === null ||
    prototype === Object.prototype ||
    /\[native code\]/.test(Function.prototype.toString.call(prototype.constructor))
  )
}
