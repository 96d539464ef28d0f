import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { parseCardNumber } from './card-number.ts'

const testCards = [
  { number: '4242 4242 4242 4242', outcome: 'is paid' },
  { number: '4000 0000 0000 0002', outcome: 'is refused' },
]

interface CardFormProps {
  readonly buying: boolean
  /** Called with sixteen digits in groups of four. */
  onBuy(card: string): void
}

export function CardForm({ buying, onBuy }: CardFormProps): JSX.Element {
  const [typed, setTyped] = useState('')
  const [invalid, setInvalid] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  const submit = (event: Event) => {
    event.preventDefault()
    if (buying) return
    const card = parseCardNumber(typed)
    setInvalid(card === undefined)
    if (card === undefined) input.current?.focus()
    else onBuy(card)
  }

  return (
    <form class="card-form" noValidate onSubmit={submit}>
      <label for="card">Card number</label>
      <input
        id="card"
        name="card"
        ref={input}
        inputMode="numeric"
        autocomplete="cc-number"
        placeholder="0000 0000 0000 0000"
        maxLength={23}
        required
        value={typed}
        aria-invalid={invalid}
        aria-describedby={invalid ? 'card-error card-hint' : 'card-hint'}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      {invalid && (
        <p class="failure" id="card-error">
          A card number has sixteen digits.
        </p>
      )}
      <div class="hint" id="card-hint">
        <p>No real cards here. Use one of these:</p>
        <ul class="test-cards">
          {testCards.map(({ number, outcome }) => (
            <li key={number}>
              <code>{number}</code> {outcome}
            </li>
          ))}
        </ul>
      </div>
      <button type="submit" class="button button-primary" aria-disabled={buying}>
        Buy
      </button>
      <p class="outcome" role="status">
        {buying && 'Paying and packing…'}
      </p>
    </form>
  )
}
