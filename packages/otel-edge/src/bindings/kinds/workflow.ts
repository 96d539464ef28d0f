import type { BindingInstrumentation } from '../binding-instrumentation.ts'
import { withClientSpan } from '../client-span.ts'
import { injectIntoMessage } from '../message-envelope.ts'

/** https://developers.cloudflare.com/workflows/build/workers-api/#workflow */
export const WORKFLOW: BindingInstrumentation = {
  methods: ['create', 'createBatch'],
  overrides(target, method, { name, sdk }) {
    if (method !== 'create' && method !== 'createBatch') return undefined
    const binding = target as Workflow
    // Without `params`, the runtime passes an empty object to the instance.
    const inject = (options: WorkflowInstanceCreateOptions = {}) =>
      sdk.options.propagateBindings?.includes(name) && typeof options === 'object' && options !== null
        ? {
            ...options,
            params: injectIntoMessage(options.params === undefined ? {} : options.params, sdk.propagator),
          }
        : options
    const describe = () => ({ name: `${method} ${name}`, attributes: {} })
    return method === 'create'
      ? (options?: WorkflowInstanceCreateOptions) =>
          withClientSpan(describe, () => binding.create(inject(options)))
      : (batch: WorkflowInstanceCreateOptions[]) =>
          // An invalid argument is passed on unchanged. The runtime rejects it with its own error.
          withClientSpan(describe, () =>
            binding.createBatch(Array.isArray(batch) ? batch.map(inject) : batch),
          )
  },
}
