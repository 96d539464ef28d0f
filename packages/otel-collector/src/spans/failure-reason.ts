import type { KeyValue, OtlpSpan } from '@throughline/otel-shared'
import { anyValueText } from './any-value-text.ts'
import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_TYPE,
  EVENT_EXCEPTION,
  HTTP_STATUS_KEYS,
} from './semconv.ts'

const MAX_LENGTH = 200

/**
 * Why a span failed, in one line of at most 200 characters: its last exception, the description of its status, or the
 * attributes that the conventions set on failed calls. `undefined` if it does not say.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/recording-errors/
 */
export function failureReason({
  status,
  attributes,
  events,
}: Pick<OtlpSpan, 'status' | 'attributes' | 'events'>): string | undefined {
  const exception = events.findLast(({ name }) => name === EVENT_EXCEPTION)
  const httpStatus = text(attributes, ...HTTP_STATUS_KEYS)
  const reason =
    (exception && exceptionText(exception.attributes)) ||
    status.message ||
    (httpStatus && `HTTP ${httpStatus}`) ||
    text(attributes, ATTR_ERROR_TYPE)
  const line = reason?.replace(/\s+/g, ' ').trim()
  return line && (line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line)
}

function exceptionText(attributes: readonly KeyValue[]): string {
  return [text(attributes, ATTR_EXCEPTION_TYPE), text(attributes, ATTR_EXCEPTION_MESSAGE)]
    .filter(Boolean)
    .join(': ')
}

/** The value of the first attribute with one of the keys. */
function text(attributes: readonly KeyValue[], ...keys: readonly string[]): string | undefined {
  const attribute = attributes.find(({ key }) => keys.includes(key))
  return attribute && anyValueText(attribute.value)
}
