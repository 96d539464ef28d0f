import { findFreePorts } from '../../scripts/ports.ts'
import type { Services } from '../../scripts/services/services.ts'

/** The span of the caller in each request. */
export const PARENT = 'b7ad6b7169203331'

interface Answer {
  readonly status: number
  readonly traceId: string | null
  readonly shipmentId: unknown
}

interface Shipping {
  readonly orderId: string
  readonly parcels?: number
  readonly traceId?: string
  /** The flags of the `traceparent`. */
  readonly flags?: string
}

export async function ship(
  url: string | undefined,
  { orderId, parcels = 1, traceId = newId(), flags = '01' }: Shipping,
): Promise<Answer> {
  const response = await fetch(`${url}/shipments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${PARENT}-${flags}` },
    body: JSON.stringify({ orderId, parcels }),
  })
  const { shipmentId } = (await response.json()) as { shipmentId?: unknown }
  return { status: response.status, traceId: response.headers.get('trace-id'), shipmentId }
}

export async function startShipping(
  services: Services,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const [port = 0] = await findFreePorts(1)
  const address = `127.0.0.1:${port}`
  const service = await services.startAnother('shipping', { LISTEN_ADDRESS: address, ...variables })
  return { url: `http://${address}`, stop: () => service.stop() }
}

export function isOf(orderId: string): (fields: Readonly<Record<string, unknown>>) => boolean {
  return (fields) => fields.orderId === orderId
}

export function newId(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

interface Log {
  readonly service: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The fields of the lines of a service with this message. */
export function linesOf(
  log: readonly Log[],
  service: string,
  msg: string,
): Readonly<Record<string, unknown>>[] {
  return log.filter((line) => line.service === service && line.fields.msg === msg).map(({ fields }) => fields)
}
