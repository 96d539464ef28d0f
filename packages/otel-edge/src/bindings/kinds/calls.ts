import { ATTR_GEN_AI_PROVIDER_NAME, ATTR_GEN_AI_REQUEST_MODEL } from '../../core/semconv.ts'
import type { BindingInstrumentation } from '../binding-instrumentation.ts'
import { spansOfCalls } from '../spans-of-calls.ts'

/** https://developers.cloudflare.com/workers-ai/configuration/bindings/ */
export const AI: BindingInstrumentation = {
  methods: ['run', 'toMarkdown'],
  ...spansOfCalls(['run'], (_, [model]) => ({
    name: `run ${model}`,
    attributes: {
      [ATTR_GEN_AI_PROVIDER_NAME]: 'cloudflare.workers_ai',
      [ATTR_GEN_AI_REQUEST_MODEL]: String(model),
    },
  })),
}

/** Spans without attributes, such as `limit LOGIN`. */
function call(method: string): BindingInstrumentation {
  return spansOfCalls([method], ({ name }) => ({ name: `${method} ${name}`, attributes: {} }))
}

/** https://developers.cloudflare.com/hyperdrive/ */
export const HYPERDRIVE: BindingInstrumentation = { className: 'Hyperdrive', ...call('connect') }
/** https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/ */
export const RATE_LIMIT: BindingInstrumentation = { methods: ['limit'], ...call('limit') }
/** https://developers.cloudflare.com/analytics/analytics-engine/ */
export const ANALYTICS: BindingInstrumentation = { methods: ['writeDataPoint'], ...call('writeDataPoint') }
