/**
 * Attribute keys that are not stable in the conventions, and our own.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/
 */
export const ATTR_ACTION_TYPE = 'throughline.action.type'
export const ATTR_ACTION_END_REASON = 'throughline.action.end_reason'
export const ATTR_INCOMPLETE = 'throughline.incomplete'
export const ATTR_KEPT = 'throughline.kept'
export const ATTR_CLOCK_OFFSET = 'throughline.clock.offset_ms'
export const ATTR_DROPPED_SPANS = 'throughline.dropped_spans'

// https://opentelemetry.io/docs/specs/semconv/resource/browser/
export const ATTR_BROWSER_BRANDS = 'browser.brands'
export const ATTR_BROWSER_LANGUAGE = 'browser.language'
export const ATTR_BROWSER_MOBILE = 'browser.mobile'
export const ATTR_BROWSER_PLATFORM = 'browser.platform'
// https://opentelemetry.io/docs/specs/semconv/resource/
export const ATTR_DEPLOYMENT_ENVIRONMENT_NAME = 'deployment.environment.name'
export const ATTR_HOST_ID = 'host.id'
export const ATTR_SERVICE_INSTANCE_ID = 'service.instance.id'
export const ATTR_TELEMETRY_DISTRO_NAME = 'telemetry.distro.name'
export const ATTR_TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version'
// https://opentelemetry.io/docs/specs/semconv/general/session/
export const ATTR_SESSION_ID = 'session.id'
