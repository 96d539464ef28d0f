/** The body of `POST /shipments`. */
export interface ShipmentRequest {
  readonly orderId: string
  readonly parcels: number
}

const ORDER_ID = /^[\w-]{1,64}$/
const MAX_PARCELS = 1000

/** Parses the body of `POST /shipments`: the request, or a sentence that describes the error. */
export function parseShipmentRequest(body: unknown): ShipmentRequest | { readonly problem: string } {
  if (typeof body !== 'object' || body === null) return { problem: 'The body must be a JSON object.' }
  const { orderId, parcels } = body as Record<string, unknown>
  if (typeof orderId !== 'string' || !ORDER_ID.test(orderId))
    return { problem: 'orderId must be 1 to 64 letters, digits, "-" or "_".' }
  if (typeof parcels !== 'number' || !Number.isInteger(parcels) || parcels < 1 || parcels > MAX_PARCELS)
    return { problem: `parcels must be a whole number from 1 to ${MAX_PARCELS}.` }
  return { orderId, parcels }
}
