import type { JSX } from 'preact'
import { Blanket } from './blanket.tsx'
import { Flask } from './flask.tsx'
import { Jacket } from './jacket.tsx'
import { Lantern } from './lantern.tsx'
import { Mug } from './mug.tsx'
import { Parcel } from './parcel.tsx'
import { Socks } from './socks.tsx'
import { Tote } from './tote.tsx'
import { Umbrella } from './umbrella.tsx'

interface Picture {
  readonly Drawing: () => JSX.Element
  /** The background colour, a class in shelf.css. */
  readonly tone: 'amber' | 'clay' | 'moss' | 'sky'
}

const pictures: Readonly<Record<string, Picture>> = {
  umbrella: { Drawing: Umbrella, tone: 'sky' },
  mug: { Drawing: Mug, tone: 'amber' },
  blanket: { Drawing: Blanket, tone: 'clay' },
  lantern: { Drawing: Lantern, tone: 'moss' },
  tote: { Drawing: Tote, tone: 'sky' },
  socks: { Drawing: Socks, tone: 'amber' },
  flask: { Drawing: Flask, tone: 'clay' },
  jacket: { Drawing: Jacket, tone: 'moss' },
}

const parcel: Picture = { Drawing: Parcel, tone: 'clay' }

/** A decorative illustration of a product, hidden from screen readers: the product's name is always beside it. */
export function Illustration({ productId }: { readonly productId: string }): JSX.Element {
  const { Drawing, tone } = pictureOf(productId)
  return (
    <div class={`illustration tone-${tone}`} aria-hidden="true">
      <svg viewBox="0 0 200 200" aria-hidden="true">
        <Drawing />
      </svg>
    </div>
  )
}

// The slug names the illustration (`last-umbrella`); a product without one gets the parcel.
function pictureOf(productId: string): Picture {
  const word = productId.split('-').find((part) => part in pictures)
  return (word === undefined ? undefined : pictures[word]) ?? parcel
}
