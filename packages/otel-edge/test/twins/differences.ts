import type { Seen } from './describe.ts'

/** A difference between the twins that is meant. */
interface Difference {
  readonly titles: RegExp
  readonly reason: string
}

const DIFFERENCES: readonly Difference[] = [
  {
    titles: /^the prototypes of a fetched response$/,
    reason:
      'The end of a body is known from its readers, so their methods are shadowed by a prototype between a received response and its own one. Copies would fail brand checks, and properties of the response itself would be seen by more code.',
  },
  {
    titles: /^(a clone|the text of a method) of a binding$/,
    reason:
      'A binding and its methods are proxies: they cannot be cloned as a host object is refused, by another message, and the text of a proxy of a function has no name.',
  },
  {
    titles: /^how far a stream of a service is pulled ahead$/,
    reason:
      'The end of an answer is known from a pipe, whose writable side holds one chunk: with a size of zero it would never ask for any.',
  },
]

export const mayDiffer = (title: string): boolean => DIFFERENCES.some(({ titles }) => titles.test(title))

/**
 * The result of the bare twin, as the traced one must have it. An error that the runtime makes where no JavaScript runs has no
 * frames; of the same error the traced twin may have some.
 */
export function expectedOf(bare: Seen, traced: Seen | undefined): Seen {
  if (typeof bare !== 'object' || bare === null || typeof traced !== 'object' || traced === null) return bare
  if (Array.isArray(bare)) {
    return bare.map((item: Seen, index) =>
      expectedOf(item, Array.isArray(traced) ? traced[index] : undefined),
    )
  }
  return Object.fromEntries(
    Object.entries(bare).map(([key, item]: [string, Seen]) => {
      const seen = Reflect.get(traced, key) as Seen | undefined
      return [key, key === 'caller' && item === 'none' && seen !== undefined ? seen : expectedOf(item, seen)]
    }),
  )
}
