import type { Binding, BindingInstrumentation } from './binding-instrumentation.ts'
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
  const { returns, overrides, replace } = instrumentation
  const proxy = wrapMembers(target, (key, value) => {
    // `constructor` is not a method, and methods of `Object.prototype` work on a proxy.
    if (key === 'constructor' || value === Reflect.get(Object.prototype, key)) return value
    const replaced = replace?.(target, key, value, binding)
    if (replaced) return replaced[0]
    return typeof value === 'function' ? wrapMethod(key, value as Method) : value
  })

  function wrapMethod(key: string, method: Method): Method {
    const own = (overrides?.(target, key, binding) as Method | undefined) ?? method
    // Inherited properties such as `toString` are ignored.
    const returned = returns && Object.hasOwn(returns, key) ? returns[key] : undefined
    return new Proxy(method, {
      apply(_, self, wrappedArgs) {
        const args = unwrap(wrappedArgs) as unknown[]
        if (self !== proxy) return Reflect.apply(method, unwrap(self), args)
        const value = Reflect.apply(own, target, args)
        if (!returned) return value
        const wrapResult = (result: unknown) =>
          typeof result === 'object' && result !== null ? wrapObject(result, returned(args), binding) : result
        return value instanceof Promise ? value.then(wrapResult) : wrapResult(value)
      },
    })
  }

  return setProxyTarget(proxy, target)
}
