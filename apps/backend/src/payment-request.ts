/** The body of `POST /payments`. */
export interface PaymentRequest {
  readonly orderId: string
  readonly amountCents: number
  /** Digits only. */
  readonly card: string
}

const MAX_AMOUNT_CENTS = 100_000_00
const ORDER_ID = /^[\w-]{1,64}$/
const CARD = /^\d{12,19}$/

/** Parses the body of `POST /payments`: the request, or a sentence that describes the error. */
export function parsePaymentRequest(body: unknown): PaymentRequest | { readonly problem: string } {
  if (typeof body !== 'object' || body === null) return { problem: 'The body must be a JSON object.' }
  const { orderId, amountCents, card } = body as Record<string, unknown>
  if (typeof orderId !== 'string' || !ORDER_ID.test(orderId))
    return { problem: 'orderId must be 1 to 64 letters, digits, "-" or "_".' }
  if (typeof amountCents !== 'number' || !Number.isInteger(amountCents))
    return { problem: 'amountCents must be a whole number.' }
  if (amountCents < 1 || amountCents > MAX_AMOUNT_CENTS)
    return { problem: `amountCents must be from 1 to ${MAX_AMOUNT_CENTS}.` }
  const digits = typeof card === 'string' ? card.replaceAll(/[\s-]/g, '') : ''
  if (!CARD.test(digits)) return { problem: 'card must have 12 to 19 digits.' }
  return { orderId, amountCents, card: digits }
}
