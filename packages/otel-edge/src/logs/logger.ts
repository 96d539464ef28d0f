import { getSpanContext, isSpanContextValid, redactText } from '@throughline/otel-shared'
import { activeContext } from '../core/context.ts'
import { getInvocation } from '../core/invocation.ts'
import { safeString, UNREADABLE } from '../core/safe-string.ts'
import { exportLog, type LogLevel } from './log-export.ts'
import { toJson } from './logger-json.ts'

type Fields = Readonly<Record<string, unknown>>

/** Writes lines of JSON to the console, each with the ids of the active span. */
export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/**
 * A structured logger: `{"level","message","trace_id","span_id",…fields}`. The names of the ids are those that
 * OpenTelemetry specifies for log formats other than OTLP. Errors in the fields are written as their stacks. With
 * `logs: { otlp: true }`, the lines are also exported as log records of the active span, with secrets redacted. Nothing is
 * redacted on the console.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export const logger: Logger = {
  debug: (message, fields) => write('debug', message, fields),
  info: (message, fields) => write('info', message, fields),
  warn: (message, fields) => write('warn', message, fields),
  error: (message, fields) => write('error', message, fields),
}

function write(level: LogLevel, message: string, given: Fields = {}): void {
  const fields = readFields(given)
  const line = { level, message, ...traceIds() }
  nativeConsole(level)(toJson({ ...line, ...fields }) ?? toJson({ ...line, fields: UNREADABLE }))
  send(level, message, fields)
}

/** The ids of the active span, for other loggers. Empty outside of invocations. */
export function traceIds(): { readonly trace_id?: string; readonly span_id?: string } {
  const spanContext = getSpanContext(activeContext())
  return spanContext && isSpanContextValid(spanContext)
    ? { trace_id: spanContext.traceId, span_id: spanContext.spanId }
    : {}
}

type Write = (...args: unknown[]) => void

// Cache: the five console methods that `traceConsole()` has replaced.
const originals = new Map<LogLevel | 'log', Write>()

/**
 * Adds `{ trace_id, span_id }` to everything that `console.*` writes in an invocation. With `logs: { otlp: true }`, it is
 * also exported as log records. Call it once, at the top of the worker's module.
 */
export function traceConsole(): void {
  if (originals.size > 0) return
  for (const method of [...LEVELS, 'log'] as const) {
    const original: Write = console[method].bind(console)
    originals.set(method, original)
    console[method] = (...args: unknown[]) => {
      const ids = traceIds()
      if (ids.trace_id === undefined) return original(...args)
      original(...args, ids)
      send(method === 'log' ? 'info' : method, args.map(toText).join(' '), {})
    }
  }
}

function nativeConsole(level: LogLevel): Write {
  return originals.get(level) ?? console[level]
}

function send(level: LogLevel, message: string, fields: Fields): void {
  const invocation = getInvocation(activeContext())
  if (invocation?.sdk.options.logs?.otlp)
    exportLog(invocation, level, redactText(safeString(() => toText(message))), fields)
}

/** A copy of the fields. A getter can throw. */
function readFields(fields: Fields): Fields {
  try {
    return { ...fields }
  } catch {
    return { fields: UNREADABLE }
  }
}

function toText(value: unknown): string {
  if (value instanceof Error) return value.stack ?? String(value)
  return typeof value === 'object' ? (toJson(value) ?? UNREADABLE) : String(value)
}
