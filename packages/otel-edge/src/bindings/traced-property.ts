import type { BindingInstrumentation } from './binding-instrumentation.ts'
import { wrapObject } from './wrap-object.ts'

/** Traces the object in a property, whose spans have the name of the binding. */
export function tracedProperty(
  name: string,
  instrumentation: BindingInstrumentation,
): Pick<BindingInstrumentation, 'replace'> {
  return {
    replace(_, key, value, binding) {
      if (key !== name) return undefined
      return [wrapObject(value, instrumentation, binding)]
    },
  }
}
