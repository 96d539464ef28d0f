/** Whether a number passes the Luhn check. Every card number does, and one in ten other numbers. */
export function isCardNumber(text: string): boolean {
  const digits = [...text.replace(/\D/g, '')].reverse()
  return (
    digits.reduce(
      (sum, digit, index) => sum + ((Number(digit) * (1 + (index % 2))) % 9 || Number(digit)),
      0,
    ) %
      10 ===
    0
  )
}

/**
 * Whether the check digits are those of an IBAN (ISO 13616): with the first four characters moved to the end, and letters
 * replaced by numbers from 10, the remainder of a division by 97 is 1.
 */
export function isIban(text: string): boolean {
  const compact = text.replace(/ /g, '')
  const digits = (compact.slice(4) + compact.slice(0, 4)).replace(
    /[A-Z]/g,
    (letter) => `${parseInt(letter, 36)}`,
  )
  return BigInt(digits) % 97n === 1n
}
