import { expect, test } from 'vitest'
import { parseCardNumber } from './card-number.ts'

test.each(['4242424242424242', '4242 4242 4242 4242', ' 4242-4242-4242-4242 '])(
  '%j becomes groups of four digits',
  (typed) => {
    expect(parseCardNumber(typed)).toBe('4242 4242 4242 4242')
  },
)

test.each(['', '4242', '4242 4242 4242 424x', '4242 4242 4242 4242 4'])(
  '%j is not a card number',
  (typed) => {
    expect(parseCardNumber(typed)).toBeUndefined()
  },
)
