import { CLIENT } from './api-constants.ts'
import { isContextCarrier, toCarrier } from './carrier.ts'
import { withClientSpan } from './client-span.ts'
import { activeContext, hasActiveContext, withContext } from './context.ts'
import type { Sdk } from './sdk.ts'
import { ATTR_RPC_METHOD, ATTR_RPC_SERVICE, ATTR_RPC_SYSTEM } from './semconv.ts'
import { remember, unwrap } from './wrapped.ts'

type RemoteProperty = ((...args: unknown[]) => unknown) & Record<string, unknown>

/**
 * A remote method or property of a stub. Called, it is a client span and, for bindings named in `rpc`, takes the
 * context along in a hidden last argument. Awaited or walked further into, it stays the runtime's own property.
 */
export function callRemote(
  stub: object,
  path: string,
  binding: string,
  sdk: Sdk,
): (...args: unknown[]) => unknown {
  const property = (): RemoteProperty => Reflect.get(stub, path) as RemoteProperty
  return wrapProperty(property, path, binding, sdk)
}

function wrapProperty(
  property: () => RemoteProperty,
  path: string,
  binding: string,
  sdk: Sdk,
): RemoteProperty {
  const proxy = new Proxy(property(), {
    get(_, key) {
      const target = property()
      const value: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol') return value
      if (key === 'then' || key === 'catch' || key === 'finally') {
        return typeof value === 'function' ? value.bind(target) : value
      }
      return wrapProperty(
        () => Reflect.get(property(), key) as RemoteProperty,
        `${path}.${key}`,
        binding,
        sdk,
      )
    },
    apply(_, __, args: unknown[]) {
      const spanOf = () => ({
        name: `${binding}.${path}`,
        kind: CLIENT,
        attributes: {
          [ATTR_RPC_SYSTEM]: 'cloudflare_rpc',
          [ATTR_RPC_SERVICE]: binding,
          [ATTR_RPC_METHOD]: path,
        },
      })
      return withClientSpan(spanOf, () => {
        const remote = args.map((arg) => bindCallback(unwrap(arg)))
        if (hasActiveContext() && sdk.options.rpc?.includes(binding)) {
          remote.push(toCarrier(activeContext(), sdk.propagator))
        }
        return Reflect.apply(property(), undefined, remote)
      })
    },
  })
  return remember(proxy, property()) as RemoteProperty
}

/** A function passed as an argument is called from outside, where no context is; it gets the one it was passed in. */
function bindCallback(value: unknown): unknown {
  if (typeof value !== 'function' || !(value instanceof Function) || !hasActiveContext()) return value
  const context = activeContext()
  return (...args: unknown[]) => withContext(context, () => Reflect.apply(value, undefined, args) as unknown)
}

/** Takes the hidden last argument off a call. */
export function splitHiddenArgument(args: readonly unknown[]): {
  readonly args: readonly unknown[]
  readonly carrier?: ReturnType<typeof toCarrier>
} {
  const last = args.at(-1)
  return isContextCarrier(last) ? { args: args.slice(0, -1), carrier: last } : { args }
}
