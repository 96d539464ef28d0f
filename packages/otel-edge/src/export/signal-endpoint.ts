import type { SdkConfig } from '../core/sdk.ts'
import { warn } from '../platform/otel-api.ts'
import { createEndpoint, type OtlpEndpoint, type ProtobufCodec } from './otlp-endpoint.ts'

/** The configuration from which an endpoint is created. */
export type Setup = Pick<SdkConfig, 'options' | 'config' | 'variables' | 'limits'>

/**
 * The endpoint of a signal. Options in code take precedence over the variables of the signal, and those over the variables of
 * all signals.
 *
 * @param url the address given in code.
 * @param protobuf Default: requests are sent as JSON, even if the protocol is `http/protobuf`.
 */
export function endpointOf(
  signal: 'traces' | 'logs',
  { options: { exporter = {} }, config }: Setup,
  url: string | undefined,
  protobuf?: ProtobufCodec,
): OtlpEndpoint | undefined {
  if (config.disabled) return undefined
  const { url: _, headers, ...own } = exporter
  const merged = { ...config[signal], ...own }
  if (signal === 'traces' && merged.protocol === 'http/protobuf' && !protobuf) {
    warn('OTEL_EXPORTER_OTLP_PROTOCOL: the minimal entry sends http/json')
  }
  return createEndpoint(merged, { url, urlOption: 'exporter.url', headers, protobuf })
}
