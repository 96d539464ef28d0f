import type { AttributeValue } from '@opentelemetry/api'
import { getSpanContext, isSecretKey, redactAttribute, toAnyValue } from '@throughline/otel-shared'
import { activeContext } from './context.ts'
import type { Invocation } from './invocation.ts'
import { toJson } from './logger-json.ts'
import { createExporter } from './otlp-exporter.ts'
import { EDGE_SCOPE } from './scope.ts'
import { receiverOf, type Sdk } from './sdk.ts'
import { SpanBuffer } from './span-buffer.ts'
import { UNREADABLE } from './text-of.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 }

const LOG_NAMES = ['resourceLogs', 'scopeLogs', 'logRecords'] as const
const buffers = new WeakMap<SpanBuffer, SpanBuffer>()

/** Sends a line as an OTLP log record of the running span, in one POST with others of the isolate. */
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
    body: { stringValue: message },
    attributes: Object.entries(fields).map(([key, value]) => ({
      key,
      value: toAnyValue(toAttribute(key, value)),
    })),
    ...(spanContext && {
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
      flags: spanContext.traceFlags,
    }),
  }
  logBuffer(sdk).add(JSON.stringify(record), EDGE_SCOPE, lifetime)
}

function logBuffer({ buffer, options, config, resource }: Sdk): SpanBuffer {
  let logs = buffers.get(buffer)
  if (!logs) {
    logs = new SpanBuffer({
      windowMillis: options.exporter?.windowMillis ?? 500,
      // The overflow queue's consumer delivers traces.
      exporter: createExporter(resource, receiverOf('logs', options, config), undefined, LOG_NAMES),
    })
    buffers.set(buffer, logs)
  }
  return logs
}

function toAttribute(key: string, value: unknown): AttributeValue {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number' && !isSecretKey(key)) return value
  return redactAttribute(key, typeof value === 'string' ? value : fieldText(value))
}

function fieldText(value: unknown): string {
  return value instanceof Error ? (value.stack ?? String(value)) : (toJson(value, isSecretKey) ?? UNREADABLE)
}
