/**
 * Attribute keys that are not yet stable in the semantic conventions, and the SDK's own keys. Stable keys are imported from
 * `@opentelemetry/semantic-conventions`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/
 */
export {
  ATTR_ACTION_END_REASON,
  ATTR_ACTION_TYPE,
  ATTR_ATTRIBUTION,
  ATTR_CLOCK_OFFSET,
  ATTR_DROPPED_SPANS,
  ATTR_HOST_ID,
  ATTR_INCOMPLETE,
  ATTR_KEPT,
  ATTR_SESSION_ID,
  ATTR_URL_TEMPLATE,
  ATTR_USER_HASH,
  ATTR_USER_ID,
} from '@throughline/otel-shared'

/** The milliseconds that a phase of a request took: `dns`, `connect`, … */
export const attrTiming = (phase: string): string => `throughline.timing.${phase}_ms`

// https://opentelemetry.io/docs/specs/semconv/resource/browser/
export const ATTR_BROWSER_BRANDS = 'browser.brands'
export const ATTR_BROWSER_LANGUAGE = 'browser.language'
export const ATTR_BROWSER_MOBILE = 'browser.mobile'
export const ATTR_BROWSER_PLATFORM = 'browser.platform'
/** Name of an event. @see https://opentelemetry.io/docs/specs/semconv/browser/events/ */
export const EVENT_BROWSER_WEB_VITAL = 'browser.web_vital'
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/
export const ATTR_HTTP_RESPONSE_BODY_SIZE = 'http.response.body.size'
// The names of PerformanceScriptTiming, for the longest script of a long animation frame.
export const ATTR_SCRIPT_DURATION = 'script.duration_ms'
export const ATTR_SCRIPT_INVOKER = 'script.invoker'
/** The prefix of all attributes of a user. */
export const USER_PREFIX = 'user.'
/** The title of the page of an action. */
export const ATTR_PAGE_TITLE = 'throughline.page.title'
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/graphql/
export const ATTR_GRAPHQL_OPERATION_NAME = 'graphql.operation.name'
export const ATTR_GRAPHQL_OPERATION_TYPE = 'graphql.operation.type'
