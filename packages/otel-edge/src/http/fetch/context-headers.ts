import { formatBaggage, parseBaggage } from '@throughline/otel-shared'
import type { Invocation } from '../../core/invocation.ts'

const BAGGAGE = 'baggage'

/**
 * Removes propagation headers that an app has copied from the incoming request, as a proxy does. The context of the client
 * span replaces them. Baggage that differs from the incoming baggage was set by the app, and is kept.
 */
export function removeContext({ sdk, server, incomingBaggage }: Invocation, headers: Headers): void {
  for (const name of sdk.propagator.fields()) {
    const isOwn =
      name === BAGGAGE && headers.get(name) !== (incomingBaggage ?? server?.request.headers.get(name))
    if (!isOwn) headers.delete(name)
  }
}

/** Sets propagation headers. Baggage is merged with the `baggage` header of the app. */
export const HEADERS_SETTER = {
  set(carrier: unknown, key: string, value: string): void {
    const headers = carrier as Headers
    if (typeof headers.set !== 'function') {
      ;(carrier as Record<string, string>)[key] = value
      return
    }
    const own = key === BAGGAGE && headers.get(key)
    const ours = own && parseBaggage(value)
    headers.set(key, (ours && formatBaggage(ours, own)) || value)
  },
}
