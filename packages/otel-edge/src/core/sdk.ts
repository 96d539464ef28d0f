import type { SpanContext, TextMapPropagator } from '@opentelemetry/api'
import type { OtlpResource } from '@throughline/otel-shared'
import type { OtelConfig } from '../config/otel-config.ts'
import type { OtelVariables } from '../config/otel-variables.ts'
import type { SpanLimits } from '../config/span-limits.ts'
import type { EdgeOptions } from '../options.ts'
import type { Scope, SpanRecord } from './span-record.ts'
import type { WaitUntil } from './wait-until.ts'

/** The configuration of a worker's tracing, and the traced environment. */
export interface Sdk extends SdkConfig {
  /** The environment with its bindings traced. */
  readonly tracedEnv: object
}

/** The part of the SDK that is created once per isolate and configuration, for all environments. */
export interface SdkConfig {
  readonly options: EdgeOptions
  readonly config: OtelConfig
  readonly variables: OtelVariables
  readonly propagator: TextMapPropagator
  readonly buffer: RecordBuffer
  readonly resource: OtlpResource
  readonly limits: SpanLimits
  now(): number
  readonly sample: Sample
  /** The addresses that spans and log records are exported to. */
  readonly exportUrls: ReadonlySet<string>
}

/** Takes finished spans and log records, and exports them in batches. */
export interface RecordBuffer {
  /** Takes a finished span, or a log record as JSON. */
  add(record: SpanRecord | string, scope: Scope, lifetime: WaitUntil): void
  /** Counts spans that were dropped before they were added. */
  drop(count: number): void
}

/**
 * Creates the span context of a span without a local parent. The remote parent and the sampler determine the sampling
 * decision.
 */
export type Sample = (
  parent: SpanContext | undefined,
  traceId: string,
  spanId: string,
  request?: RequestSamplingInput,
) => SpanContext

/** The properties of an incoming request that the sampler uses. */
export interface RequestSamplingInput {
  /** The path, for sampling rules. Absent without rules. */
  readonly path: string | undefined
  /** Whether any client can be the caller. Its sampled flag is then subject to `maxForcedPerSecond`. */
  readonly isPublic: boolean
}
