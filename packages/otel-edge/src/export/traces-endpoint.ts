import { otelVariables } from '../config/otel-variables.ts'
import { readOtelConfig } from '../config/read-otel-config.ts'
import { warn } from '../platform/otel-api.ts'
import { createEndpoint, type OtlpEndpoint } from './otlp-endpoint.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'

/**
 * Creates the endpoint to which a relay or a queue consumer forwards spans. The option `url` takes precedence over the `OTEL_*`
 * variables. Without a valid address, a warning is reported and the result is `undefined`.
 *
 * @param urlOption the name of the option with `url`, for warnings
 */
export function tracesEndpoint(
  env: unknown,
  url: string | undefined,
  urlOption: string,
): OtlpEndpoint | undefined {
  const { traces } = readOtelConfig(otelVariables((env ?? {}) as object), warn)
  if (traces.endpointVariable === undefined && url === undefined) {
    warn(`no address to forward spans to: set OTEL_EXPORTER_OTLP_ENDPOINT, or ${urlOption} in code`)
  }
  return createEndpoint(traces, { url, urlOption, protobuf: PROTOBUF_CODEC })
}
