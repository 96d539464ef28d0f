import type { Attributes, AttributeValue } from '@opentelemetry/api'
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions'
import {
  generateSpanId,
  type OtlpResource,
  redactPrimitive,
  telemetryAttributes,
  toKeyValues,
} from '@throughline/otel-shared'
import type { Sdk } from '../core/sdk.ts'
import { ATTR_HOST_ID } from '../core/semconv.ts'
import { BatchBuffer } from './batch-buffer.ts'
import type { OtlpEndpoint } from './otlp-endpoint.ts'
import { createExporter } from './otlp-exporter.ts'
import type { Setup } from './signal-endpoint.ts'

type SharedBuffer = Pick<Sdk, 'buffer' | 'resource'>

// Cache: one buffer per resource and endpoint, so that the handlers and objects of a worker share their POSTs. Bounded by
// the number of different configurations.
const buffers = new Map<string, SharedBuffer>()

/** The buffer of a configuration, and the resource of its records. */
export function getSharedBuffer(
  { options, config, limits }: Setup,
  endpoint: OtlpEndpoint | undefined,
  env: object,
): SharedBuffer {
  const { serviceName, serviceVersion, resourceAttributes, exporter = {} } = options
  const attributes = {
    ...config.resourceAttributes,
    ...resourceAttributes,
    [ATTR_SERVICE_NAME]: serviceName ?? config.serviceName ?? 'unknown_service',
    ...(serviceVersion === undefined ? {} : { [ATTR_SERVICE_VERSION]: serviceVersion }),
  }
  const key = JSON.stringify([attributes, config, limits, exporter, endpoint?.bodyHeaders])
  let shared = buffers.get(key)
  if (!shared) {
    const resource = resourceOf(attributes)
    const overflowQueue = Reflect.get(env, exporter.overflowQueue ?? '') as Pick<Queue, 'send'> | undefined
    const buffer = new BatchBuffer({
      windowMillis: exporter.batchDelayMillis ?? exporter.windowMillis,
      limits,
      exporter: createExporter(resource, endpoint, overflowQueue),
    })
    shared = { buffer, resource }
    buffers.set(key, shared)
  }
  return shared
}

function resourceOf(attributes: Attributes): OtlpResource {
  const instanceId = generateSpanId()
  const own: Attributes = {}
  for (const key in attributes) own[key] = redactPrimitive(key, attributes[key]) as AttributeValue
  return {
    attributes: toKeyValues({
      ...own,
      [ATTR_SERVICE_INSTANCE_ID]: instanceId,
      // Jaeger assumes that spans without a host are from different machines, and adjusts their times for clock skew.
      [ATTR_HOST_ID]: instanceId,
      ...telemetryAttributes('throughline-edge'),
    }),
  }
}
