import type { AttributeValue } from '@opentelemetry/api'
import { getSpanContext, isSecretKey, redactAttribute, toAnyValue, truncate } from '@throughline/otel-shared'
import { activeContext } from '../core/context.ts'
import type { Invocation } from '../core/invocation.ts'
import { safeString, UNREADABLE } from '../core/safe-string.ts'
import { EDGE_SCOPE } from '../core/scope.ts'
import type { RecordBuffer, Sdk } from '../core/sdk.ts'
import { BatchBuffer } from '../export/batch-buffer.ts'
import { createExporter } from '../export/otlp-exporter.ts'
import { endpointOf } from '../export/signal-endpoint.ts'
import { toJson } from './logger-json.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 }

const LOG_NAMES = ['resourceLogs', 'scopeLogs', 'logRecords'] as const
const buffers = new WeakMap<RecordBuffer, BatchBuffer>()

/** Adds an OTLP log record with the active span context to the batch of the isolate. */
export function exportLog(
  { sdk, lifetime }: Invocation,
  level: LogLevel,
  message: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  const spanContext = getSpanContext(activeContext())
  const timeUnixNano = `${Math.floor(sdk.now())}000000`
  const record = {
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano,
    severityNumber: SEVERITY[level],
    severityText: level.toUpperCase(),
    body: { stringValue: truncate(message, sdk.limits.valueLength) },
    attributes: Object.entries(fields).map(([key, value]) => ({
      key,
      value: toAnyValue(toAttribute(key, value, sdk.limits.valueLength)),
    })),
    ...(spanContext && {
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
      flags: spanContext.traceFlags,
    }),
  }
  logBuffer(sdk).add(JSON.stringify(record), EDGE_SCOPE, lifetime)
}

function logBuffer(sdk: Sdk): RecordBuffer {
  const { buffer, options, resource, limits } = sdk
  let logs = buffers.get(buffer)
  if (!logs) {
    logs = new BatchBuffer({
      windowMillis: options.exporter?.batchDelayMillis ?? options.exporter?.windowMillis,
      limits,
      // The consumer of the overflow queue delivers traces only.
      exporter: createExporter(resource, endpointOf('logs', sdk, logsUrlOf(sdk)), undefined, LOG_NAMES),
    })
    buffers.set(buffer, logs)
  }
  return logs
}

/** The variable for logs takes precedence. Otherwise, the address is derived from `exporter.url`, that for traces. */
function logsUrlOf({ options, config, variables }: Sdk): string | undefined {
  return variables.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT
    ? config.logs.url
    : options.exporter?.url?.replace(/\/v1\/traces$/, '/v1/logs')
}

function toAttribute(key: string, value: unknown, maxLength: number): AttributeValue {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number' && !isSecretKey(key)) return value
  const text = safeString(() => (typeof value === 'string' ? value : fieldText(value)))
  return truncate(redactAttribute(key, text), maxLength)
}

function fieldText(value: unknown): string {
  return value instanceof Error ? (value.stack ?? String(value)) : (toJson(value, isSecretKey) ?? UNREADABLE)
}
