import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api'
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions'
import { guarded } from '../platform/guarded.ts'

const MAX_CAUSES = 8

/** Records a thrown value of any type as an exception event and sets the status of the span to ERROR. */
export function recordError(span: Span, error: unknown, context?: Attributes): void {
  const attributes = describeError(error)
  guarded(() => span.addEvent('exception', { ...attributes, ...context }))
  span.setStatus({ code: SpanStatusCode.ERROR, message: attributes[ATTR_EXCEPTION_MESSAGE] })
}

/** The attributes of an exception event. */
export interface ExceptionAttributes extends Attributes {
  [ATTR_EXCEPTION_TYPE]: string
  [ATTR_EXCEPTION_MESSAGE]: string
  [ATTR_EXCEPTION_STACKTRACE]?: string | undefined
}

/**
 * Describes a thrown value: an error of any realm, an error-like object, or a primitive. Each property is read
 * separately, since its getter may throw.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
 */
export function describeError(error: unknown): ExceptionAttributes {
  const message = read(error, 'message') ?? guarded(() => String(error)) ?? 'unreadable'
  const type = read(error, 'name') || guarded(() => (error as object).constructor.name)
  return {
    [ATTR_EXCEPTION_TYPE]: String(
      (Object(error) === error && type) || (error === null ? 'null' : typeof error),
    ),
    [ATTR_EXCEPTION_MESSAGE]: message,
    [ATTR_EXCEPTION_STACKTRACE]: stackOf(error),
  }
}

/** The stack of the error, followed by the stacks of its causes and of the errors of an `AggregateError`. */
function stackOf(error: unknown): string | undefined {
  const stacks: string[] = []
  const seen = new Set<unknown>([error])
  for (const each of seen) {
    const stack = read(each, 'stack')
    if (stack || each !== error) stacks.push(stack ?? guarded(() => String(each)) ?? 'unreadable')
    guarded(() => {
      const { cause, errors = [] } = Object(each) as Partial<AggregateError>
      for (const next of [cause, ...errors]) if (next !== undefined && seen.size < MAX_CAUSES) seen.add(next)
    })
  }
  return stacks.join('\nCaused by: ') || undefined
}

/** Reads a property as a string. */
function read(error: unknown, key: 'name' | 'message' | 'stack'): string | undefined {
  return guarded(() => {
    const value: unknown = error == null ? undefined : (error as Partial<Error>)[key]
    return value == null || typeof value === 'object' || typeof value === 'function'
      ? undefined
      : String(value)
  })
}
