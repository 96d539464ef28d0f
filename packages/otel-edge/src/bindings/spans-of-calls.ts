import type { Binding, BindingInstrumentation } from './binding-instrumentation.ts'
import { type ClientSpan, withClientSpan } from './client-span.ts'

type Method = (...args: unknown[]) => unknown

/** Traces calls of these methods. `describe` returns the description of a call's span. */
export function spansOfCalls(
  methods: readonly string[],
  describe: (binding: Binding, args: readonly unknown[], method: string) => ClientSpan,
): Pick<BindingInstrumentation, 'overrides'> {
  return {
    overrides(target, method, binding) {
      if (!methods.includes(method)) return undefined
      const original = Reflect.get(target, method) as Method
      return (...args: unknown[]) =>
        withClientSpan(
          () => describe(binding, args, method),
          () => Reflect.apply(original, target, args),
          args.some((arg) => typeof arg === 'function'),
        )
    },
  }
}
