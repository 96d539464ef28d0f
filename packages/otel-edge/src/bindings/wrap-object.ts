import type { Binding, BindingInstrumentation } from './binding-instrumentation.ts'
import { withClientSpan } from './client-span.ts'
import { setProxyTarget, unwrap } from './proxy-target.ts'
import { wrapMembers } from './wrap-members.ts'

type Method = (...args: unknown[]) => unknown

/**
 * Creates a proxy of an object whose method calls are traced. The class of the object and the names and lengths of its methods
 * are unchanged. With another receiver, a method throws as the original one does. Properties that the app sets are not
 * wrapped.
 */
export function wrapObject<Target extends object>(
  target: Target,
  instrumentation: BindingInstrumentation,
  binding: Binding,
): Target {
  const { values, spans, returns, properties, overrides, remote } = instrumentation
  const proxy = wrapMembers(target, (key, value) => {
    if (values && Object.hasOwn(values, key)) return values[key]
    // `constructor` is not a method, and methods of `Object.prototype` work on a proxy.
    if (key === 'constructor' || value === Reflect.get(Object.prototype, key)) return value
    if (typeof value === 'function') {
      return remote?.(target, key, binding) ?? wrapMethod(key, value as Method)
    }
    const own = ownOf(properties, key)
    return own ? wrapObject(value, own, binding) : value
  })

  function wrapMethod(key: string, method: Method): Method {
    const traced = (overrides?.(target, key, binding) as Method | undefined) ?? traceMethod(key, method)
    return new Proxy(method, {
      apply: (_, self, args) =>
        self === proxy
          ? Reflect.apply(traced, target, args)
          : Reflect.apply(method, unwrap(self), unwrap(args) as unknown[]),
    })
  }

  function traceMethod(key: string, method: Method): Method {
    const describe = ownOf(spans, key)
    const returned = ownOf(returns, key)
    return (...wrappedArgs: unknown[]) => {
      const args = unwrap(wrappedArgs) as unknown[]
      const call = (): unknown => Reflect.apply(method, target, args)
      const value = describe ? withClientSpan(() => describe(binding, args), call) : call()
      if (!returned) return value
      const wrapResult = (result: unknown) =>
        typeof result === 'object' && result !== null ? wrapObject(result, returned(args), binding) : result
      return value instanceof Promise ? value.then(wrapResult) : wrapResult(value)
    }
  }

  return setProxyTarget(proxy, target)
}

/** An own property of a table. Inherited properties such as `toString` are ignored. */
function ownOf<Value>(table: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return table && Object.hasOwn(table, key) ? table[key] : undefined
}
