/**
 * Attribute keys that the stable conventions package does not export yet, and our own.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/
 */
export const ATTR_SERVICE_INSTANCE_ID = 'service.instance.id'
export const ATTR_HOST_ID = 'host.id'
export const ATTR_RPC_SYSTEM = 'rpc.system'
export const ATTR_RPC_SERVICE = 'rpc.service'
export const ATTR_RPC_METHOD = 'rpc.method'
export const ATTR_MESSAGING_SYSTEM = 'messaging.system'
export const ATTR_MESSAGING_DESTINATION_NAME = 'messaging.destination.name'
export const ATTR_MESSAGING_OPERATION_TYPE = 'messaging.operation.type'
export const ATTR_MESSAGING_OPERATION_NAME = 'messaging.operation.name'
export const ATTR_MESSAGING_BATCH_MESSAGE_COUNT = 'messaging.batch.message_count'
export const ATTR_MESSAGING_MESSAGE_ID = 'messaging.message.id'
export const ATTR_FAAS_TRIGGER = 'faas.trigger'
export const ATTR_FAAS_CRON = 'faas.cron'
export const ATTR_DROPPED_SPANS = 'throughline.dropped_spans'
export const ATTR_KEPT = 'throughline.kept'
export const ATTR_GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name'
export const ATTR_GEN_AI_REQUEST_MODEL = 'gen_ai.request.model'
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name'
