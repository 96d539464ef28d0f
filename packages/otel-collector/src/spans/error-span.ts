import type { KeyValue, OtlpSpan } from '@throughline/otel-shared'
import { anyValueText } from './any-value-text.ts'
import { STATUS_ERROR, TAG_ERROR } from './semconv.ts'

/**
 * The definition of a failed span for storage, search, both Jaeger APIs and the viewer. Its status is ERROR, or it has
 * an attribute `error` with the value true, as a boolean or a string, as bridges from OpenTracing set it. Attributes of
 * events and resources do not count.
 *
 * @see https://github.com/jaegertracing/jaeger-ui for the same rule about the tag
 */
export function isErrorSpan({ status, attributes }: Pick<OtlpSpan, 'status' | 'attributes'>): boolean {
  return status.code === STATUS_ERROR || attributes.some((attribute) => errorFlag(attribute) === true)
}

/** The value of the attribute `error`. `undefined` for other attributes and other values. */
export function errorFlag({ key, value }: KeyValue): boolean | undefined {
  return key === TAG_ERROR ? parseErrorFlag(anyValueText(value)) : undefined
}

/** Parses a value of the tag `error`. `undefined` for anything but `true` and `false`. */
export function parseErrorFlag(text: string | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}
