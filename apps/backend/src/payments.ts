import type { PaymentRequest } from './payment-request.ts'

/** The outcome of a payment request. */
type Payment = { readonly outcome: 'accepted'; readonly paymentId: string } | { readonly outcome: 'refused' }

export interface Payments {
  /** Makes a payment. For an order that is already paid, the id is that of the first payment. */
  pay(request: PaymentRequest): Promise<Payment>
  close(): void
}
