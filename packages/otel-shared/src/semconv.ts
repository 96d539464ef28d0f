import type { Attributes } from '@opentelemetry/api'

/**
 * Attribute keys that more than one package uses: the project's own, and those of the semantic conventions that are not stable
 * or that are used where `@opentelemetry/semantic-conventions` is not a dependency. Each package lists these and its own in
 * one `semconv.ts`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/
 */

/** The kind of user action of a span of the browser SDK, such as `pageload`. */
export const ATTR_ACTION_TYPE = 'throughline.action.type'
/** Why the action ended, such as `done` or `timeout`. */
export const ATTR_ACTION_END_REASON = 'throughline.action.end_reason'
/**
 * Attribute of a link. `possible` means that one of several linked actions caused the span, and that it is unknown
 * which.
 */
export const ATTR_ATTRIBUTION = 'throughline.attribution'
/** Followed by a span kind, such as `client`: how many such children the span started. Only if the tracestate asks for it. */
export const ATTR_CHILDREN = 'throughline.children.'
/** The estimated offset of the page's clock to that of the edge. */
export const ATTR_CLOCK_OFFSET = 'throughline.clock.offset_ms'
/** On the resource: how many spans were dropped since the last export. */
export const ATTR_DROPPED_SPANS = 'throughline.dropped_spans'
/** The span was open when its page was left, and was ended there. */
export const ATTR_INCOMPLETE = 'throughline.incomplete'
/** Why a span was exported that head sampling did not sample: `error` or `slow`. */
export const ATTR_KEPT = 'throughline.kept'
// https://opentelemetry.io/docs/specs/semconv/resource/host/
export const ATTR_HOST_ID = 'host.id'
// https://opentelemetry.io/docs/specs/semconv/resource/#service
export const ATTR_SERVICE_NAME = 'service.name'
// https://opentelemetry.io/docs/specs/semconv/general/session/
export const ATTR_SESSION_ID = 'session.id'
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/
export const ATTR_URL_FULL = 'url.full'
export const ATTR_URL_QUERY = 'url.query'
export const ATTR_URL_TEMPLATE = 'url.template'
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/user/
/** A pseudonym of the user, where the id is confidential. */
export const ATTR_USER_HASH = 'user.hash'
export const ATTR_USER_ID = 'user.id'

/** The key of this project in `tracestate`. */
export const TRACESTATE_KEY = 'throughline'
/** The value of that member by which the doctor asks for `throughline.children.*`. */
export const COUNT_CHILDREN = 'c:1'

/** The version of every package of this repository. A test compares it with that of each package.json. */
export const VERSION = '0.1.0'

/**
 * The resource attributes that identify this SDK and the package in use. `telemetry.sdk.name` is the same in browsers and
 * workers; the name `opentelemetry` is reserved for OpenTelemetry's own SDKs. `webjs` is the convention's only language for
 * runtimes with web APIs.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/resource/#telemetry-sdk
 */
export function telemetryAttributes(distroName: 'throughline-web' | 'throughline-edge'): Attributes {
  return {
    'telemetry.sdk.language': 'webjs',
    'telemetry.sdk.version': VERSION,
    'telemetry.distro.version': VERSION,
    'telemetry.sdk.name': 'throughline',
    'telemetry.distro.name': distroName,
  }
}
