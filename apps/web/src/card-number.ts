/**
 * Brings a typed card number into the form the shop's API takes: digits in groups of four.
 * Returns `undefined` when it cannot be a card number.
 */
export function parseCardNumber(typed: string): string | undefined {
  const digits = typed.replaceAll(/[\s-]/g, '')
  if (!/^\d{16}$/.test(digits)) return undefined
  return digits.match(/\d{4}/g)?.join(' ')
}
