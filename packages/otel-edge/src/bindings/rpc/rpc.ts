import type { Context } from '@opentelemetry/api'
import { ATTR_RPC_METHOD, ATTR_RPC_SYSTEM_NAME } from '@opentelemetry/semantic-conventions'
import { isContextCarrier, toCarrier } from '../../core/carrier.ts'
import { activeContext, hasActiveContext, withContext } from '../../core/context.ts'
import { CLIENT } from '../../platform/api-constants.ts'
import type { Binding } from '../binding-instrumentation.ts'
import { withClientSpan } from '../client-span.ts'
import { setProxyTarget, unwrap } from '../proxy-target.ts'

type RemoteProperty = ((...args: unknown[]) => unknown) & Record<string, unknown>

/**
 * Wraps a remote method or property of a stub. Each call is a client span. If `propagateBindings` names the binding, calls of
 * the stub's own methods carry the context in a hidden last argument. Methods of objects in properties (an `RpcTarget`, a
 * plain object, another stub) get no such argument, since nothing at the callee would remove it. `then`, `catch` and `finally`
 * of a property are those of the runtime.
 */
export function wrapRemote(
  property: object,
  path: string,
  binding: Binding,
): (...args: unknown[]) => unknown {
  const { name, sdk } = binding
  const carriesContext = sdk.options.propagateBindings?.includes(name) ?? false
  return wrapProperty(property as RemoteProperty, path, binding, carriesContext)
}

function wrapProperty(
  property: RemoteProperty,
  path: string,
  binding: Binding,
  carriesContext: boolean,
): RemoteProperty {
  const { name, sdk } = binding
  const proxy = new Proxy(property, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol') return value
      if (key === 'then' || key === 'catch' || key === 'finally') {
        return typeof value === 'function' ? value.bind(target) : value
      }
      return wrapProperty(value as RemoteProperty, `${path}.${key}`, binding, false)
    },
    apply(target, _, args: unknown[]) {
      const describe = () => ({
        name: `${name}.${path}`,
        kind: CLIENT,
        attributes: {
          [ATTR_RPC_SYSTEM_NAME]: 'cloudflare_rpc',
          [ATTR_RPC_METHOD]: `${name}/${path}`,
        },
      })
      const call = (context = activeContext()) => {
        const remote = args.map((arg) => bindCallback(unwrap(arg), context))
        if (carriesContext && hasActiveContext()) remote.push(toCarrier(context, sdk.propagator))
        return Reflect.apply(target, undefined, remote)
      }
      return withClientSpan(describe, call, false)
    },
  })
  return setProxyTarget(proxy, property)
}

/** Binds a function argument to a context. The runtime would call it without one. */
function bindCallback(value: unknown, context: Context): unknown {
  if (typeof value !== 'function' || !(value instanceof Function) || !hasActiveContext()) return value
  const bound = (...args: unknown[]) =>
    withContext(context, () => Reflect.apply(value, undefined, args) as unknown)
  // This copies `Symbol.dispose` too, which the runtime calls when the last stub is disposed.
  return Object.defineProperties(bound, Object.getOwnPropertyDescriptors(value))
}

/** Removes the hidden last argument of a call. */
export function splitHiddenArgument(args: readonly unknown[]): {
  readonly args: readonly unknown[]
  readonly carrier?: ReturnType<typeof toCarrier>
} {
  const last = args.at(-1)
  return isContextCarrier(last) ? { args: args.slice(0, -1), carrier: last } : { args }
}
