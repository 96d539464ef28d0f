import {
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '../../core/semconv.ts'
import { PRODUCER } from '../../platform/api-constants.ts'
import type { BindingInstrumentation } from '../binding-instrumentation.ts'
import { withClientSpan } from '../client-span.ts'
import { injectIntoMessage } from '../message-envelope.ts'

/** Content types whose bodies can be an envelope. With others, bodies are text or bytes. */
const OBJECT_TYPES: ReadonlySet<QueueContentType> = new Set(['json', 'v8'])

/** https://developers.cloudflare.com/queues/configuration/javascript-apis/#producer */
export const QUEUE: BindingInstrumentation = {
  className: 'WorkerQueue',
  overrides(target, method, { name, sdk }) {
    if (method !== 'send' && method !== 'sendBatch') return undefined
    const binding = target as Queue
    const destination = name.toLowerCase()
    const carriesContext = sdk.options.queues?.includes(name) ?? false
    const wrapBody = (body: unknown, contentType: QueueContentType = 'json') =>
      carriesContext && OBJECT_TYPES.has(contentType) && isSendable(body)
        ? injectIntoMessage(body, sdk.propagator)
        : body
    const wrapMessage = (message: MessageSendRequest) =>
      isObject(message) ? { ...message, body: wrapBody(message.body, message.contentType) } : message
    // Invalid arguments are passed on unchanged: the runtime rejects them with its own error.
    return async (...args: unknown[]) => {
      const [payload, options] = args
      const isBatch = method === 'sendBatch' && isObject(payload) && Symbol.iterator in payload
      const messages = isBatch ? [...(payload as Iterable<MessageSendRequest>)] : undefined
      const describe = () => ({
        name: `send ${destination}`,
        kind: PRODUCER,
        attributes: {
          [ATTR_MESSAGING_SYSTEM]: 'cloudflare_queues',
          [ATTR_MESSAGING_DESTINATION_NAME]: destination,
          [ATTR_MESSAGING_OPERATION_NAME]: method,
          [ATTR_MESSAGING_OPERATION_TYPE]: 'send',
          ...(messages ? { [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: messages.length } : {}),
        },
      })
      return await withClientSpan(describe, () => {
        if (messages) args[0] = messages.map(wrapMessage)
        else if (method === 'send' && args.length > 0) {
          args[0] = wrapBody(payload, (options as QueueSendOptions | undefined)?.contentType)
        }
        return Reflect.apply(binding[method] as () => Promise<unknown>, binding, args)
      })
    }
  },
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Whether an envelope can contain a body. JSON omits others from objects; without an envelope, the runtime rejects them. */
function isSendable(body: unknown): boolean {
  if (isObject(body)) return !('toJSON' in body) || JSON.stringify(body) !== undefined
  return body !== undefined && typeof body !== 'function' && typeof body !== 'symbol'
}
