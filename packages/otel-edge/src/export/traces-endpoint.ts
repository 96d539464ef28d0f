import { encodeTraceRequestProtobuf } from '@throughline/otel-shared'
import { otelVariables } from '../config/otel-variables.ts'
import { readOtelConfig } from '../config/read-otel-config.ts'
import { warn } from '../platform/otel-api.ts'
import { createEndpoint, type OtlpEndpoint } from './otlp-endpoint.ts'

/** The endpoint of a relay or a queue consumer, from its option `url` or the variables. Warns when there is no address. */
export function tracesEndpoint(
  env: unknown,
  url: string | undefined,
  urlOption: string,
): OtlpEndpoint | undefined {
  const { traces } = readOtelConfig(otelVariables((env ?? {}) as object), warn)
  if (traces.endpointVariable === undefined && url === undefined) {
    warn(`no address to forward spans to: set OTEL_EXPORTER_OTLP_ENDPOINT, or ${urlOption} in code`)
  }
  return createEndpoint(traces, { url, urlOption, encodeProtobuf: encodeTraceRequestProtobuf })
}
