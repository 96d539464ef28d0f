import type { Sdk } from '../core/sdk.ts'
import type { BindingInstrumentation } from './binding-instrumentation.ts'
import { wrapMembers } from './wrap-members.ts'
import { wrapObject } from './wrap-object.ts'

const tracedEnvs = new WeakSet<object>()

/**
 * Traces the bindings of an environment, each of which is wrapped at its first use. An environment that is traced already is
 * returned unchanged: an app that is called within another invocation can get the traced environment of that invocation.
 */
export function instrumentEnv(env: object, sdk: Sdk, bindings: readonly BindingInstrumentation[]): object {
  if (tracedEnvs.has(env)) return env
  const traced = wrapMembers(env, (name, value) => {
    const instrumentation = typeof value === 'object' && findInstrumentation(value, bindings)
    return instrumentation ? wrapObject(value, instrumentation, { name, sdk }) : value
  })
  tracedEnvs.add(traced)
  return traced
}

function findInstrumentation(
  value: object,
  bindings: readonly BindingInstrumentation[],
): BindingInstrumentation | undefined {
  const ownName = value.constructor?.name
  return bindings.find(({ className, methods }) =>
    className
      ? className === ownName
      : methods?.every((method) => typeof Reflect.get(value, method) === 'function'),
  )
}
