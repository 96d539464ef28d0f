import type { OtlpSpan } from '@throughline/otel-shared'
import { anyValueText } from './any-value-text.ts'
import { ATTR_ACTION_TYPE, HTTP_TARGET_KEYS } from './semconv.ts'

/** Matches the span name of a request whose route is unknown. @see https://opentelemetry.io/docs/specs/semconv/http/ */
const METHOD_NAME = /^[A-Z]{3,12}$/

type Named = Pick<OtlpSpan, 'name' | 'attributes'>

/** The route or the URL path of a span whose name is only an HTTP method. */
export function spanTarget({ name, attributes }: Named): string | undefined {
  if (!METHOD_NAME.test(name)) return undefined
  for (const key of HTTP_TARGET_KEYS) {
    const attribute = attributes.find((candidate) => candidate.key === key)
    const text = attribute && anyValueText(attribute.value)
    if (text) return URL.parse(text)?.pathname ?? text
  }
  return undefined
}

/** True for the action of a page load. Its parent may be the server span of the HTML. */
export function isPageLoad({ attributes }: Named): boolean {
  return attributes.some(({ key, value }) => key === ATTR_ACTION_TYPE && value.stringValue === 'pageload')
}

/** True for a trace that consists only of the web vitals of a page. */
export function isWebVitals(spanCount: number, rootName: string): boolean {
  return spanCount === 1 && rootName === 'web vitals'
}
