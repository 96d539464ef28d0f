import type { JSX } from 'preact'
import type { CartItem } from './api-shapes.ts'
import { Illustration } from './illustrations/illustration.tsx'
import { formatCents } from './money.ts'
import { productPath } from './routes.ts'

interface CartLineProps {
  readonly item: CartItem
  /** Called with the change of the quantity. */
  onChange(difference: 1 | -1): void
  onRemove(): void
}

export function CartLine({ item, onChange, onRemove }: CartLineProps): JSX.Element {
  const isLast = item.quantity === 1
  return (
    <li class="cart-line">
      <Illustration productId={item.productId} />
      <div class="cart-line-text">
        <h2>
          <a href={productPath(item.productId)}>{item.name}</a>
        </h2>
        <p class="hint">{formatCents(item.priceCents)} each</p>
      </div>
      <p class="cart-line-price">{formatCents(item.priceCents * item.quantity)}</p>
      <div class="cart-line-controls">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a legend's layout and says the same */}
        <div class="stepper" role="group" aria-label={`Quantity of ${item.name}`}>
          {/* Disabled in name only: the button that led down to one keeps the focus. */}
          <button
            type="button"
            aria-label={`One less: ${item.name}`}
            aria-disabled={isLast}
            onClick={isLast ? undefined : () => onChange(-1)}
          >
            −
          </button>
          <span>{item.quantity}</span>
          <button type="button" aria-label={`One more: ${item.name}`} onClick={() => onChange(1)}>
            +
          </button>
        </div>
        <button type="button" class="quiet-button" onClick={onRemove}>
          Remove<span class="visually-hidden"> {item.name}</span>
        </button>
      </div>
    </li>
  )
}
