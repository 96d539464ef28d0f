/**
 * Attribute keys that are not yet stable in the semantic conventions, and the SDK's own keys. Stable keys are imported from
 * `@opentelemetry/semantic-conventions`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/
 */
export {
  ATTR_DROPPED_SPANS,
  ATTR_HOST_ID,
  ATTR_KEPT,
  ATTR_SESSION_ID,
  ATTR_URL_QUERY,
  ATTR_USER_HASH,
  ATTR_USER_ID,
} from '@throughline/otel-shared'

// https://opentelemetry.io/docs/specs/semconv/messaging/
export const ATTR_MESSAGING_SYSTEM = 'messaging.system'
export const ATTR_MESSAGING_DESTINATION_NAME = 'messaging.destination.name'
export const ATTR_MESSAGING_OPERATION_TYPE = 'messaging.operation.type'
export const ATTR_MESSAGING_OPERATION_NAME = 'messaging.operation.name'
export const ATTR_MESSAGING_BATCH_MESSAGE_COUNT = 'messaging.batch.message_count'
export const ATTR_MESSAGING_MESSAGE_ID = 'messaging.message.id'
// https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/
export const ATTR_FAAS_TRIGGER = 'faas.trigger'
export const ATTR_FAAS_CRON = 'faas.cron'
// https://opentelemetry.io/docs/specs/semconv/gen-ai/
export const ATTR_GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name'
export const ATTR_GEN_AI_REQUEST_MODEL = 'gen_ai.request.model'
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/geo/
export const ATTR_COUNTRY = 'geo.country.iso_code'

/** The Cloudflare data centre that received the spans of a page. */
export const ATTR_COLO = 'cloudflare.colo'
/** On the resource of spans that came through the relay: anyone can send them. */
export const ATTR_RELAYED = 'throughline.relayed'
export const ATTR_WORKFLOW_INSTANCE_ID = 'workflow.instance.id'
