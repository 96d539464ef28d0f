import type { JSX } from 'preact'
import type { Order } from '../api-shapes.ts'
import { EmptyState } from '../empty-state.tsx'
import { requestHeadingFocus } from '../heading-focus.ts'
import { LoadFailure } from '../load-failure.tsx'
import { formatCents } from '../money.ts'
import { PageHeading } from '../page-heading.tsx'
import { useOrder } from '../use-order.ts'

export function OrderPage({ orderId }: { readonly orderId: string }): JSX.Element {
  const { order, error, watching, watchAgain } = useOrder(orderId)
  if (error?.code === 'not_found') return <UnknownOrder />
  return (
    <div class="order">
      <PageHeading title={order === undefined ? 'Your order' : 'Thank you'} />
      {(order !== undefined || error === undefined) && <OrderDetails orderId={orderId} order={order} />}
      {error !== undefined && <LoadFailure what="your order" error={error} onRetry={watchAgain} />}
      <p role="status" class="order-status">
        {error === undefined && describeProgress(order, watching)}
      </p>
      {order?.status === 'paid' && !watching && error === undefined && (
        <button
          type="button"
          class="button"
          onClick={() => {
            // The button is hidden while the order is fetched.
            requestHeadingFocus()
            watchAgain()
          }}
        >
          Look again
        </button>
      )}
      <a class="button" href="/">
        Back to the shop
      </a>
    </div>
  )
}

interface OrderDetailsProps {
  readonly orderId: string
  /** The status is unknown while it is fetched; its place is reserved. */
  readonly order: Order | undefined
}

function OrderDetails({ orderId, order }: OrderDetailsProps): JSX.Element {
  return (
    <>
      <dl class="order-facts">
        <div>
          <dt>Order</dt>
          <dd>{orderId}</dd>
        </div>
        <div>
          <dt>Total</dt>
          <dd>{order === undefined ? '…' : formatCents(order.totalCents)}</dd>
        </div>
        <div>
          <dt>Status</dt>
          <dd data-status={order?.status}>{order?.status ?? '…'}</dd>
        </div>
      </dl>
      <ol class="order-steps" aria-label="Progress">
        <li class={order === undefined ? '' : 'done'}>Paid</li>
        <li class={order?.status === 'fulfilled' ? 'done' : ''}>Fulfilled</li>
      </ol>
    </>
  )
}

function describeProgress(order: Order | undefined, watching: boolean): string {
  if (order === undefined) return 'Looking up your order…'
  if (order.status === 'fulfilled') return 'Your order is packed and on its way.'
  return watching ? 'Paid. We are packing it now…' : 'Paid. Packing takes longer than usual; it will be done.'
}

function UnknownOrder(): JSX.Element {
  return (
    <EmptyState>
      <PageHeading title="Unknown order">We cannot find that order</PageHeading>
      <p>Check the number in the address against the one you were given.</p>
      <a class="button" href="/">
        Go to the shop
      </a>
    </EmptyState>
  )
}
