const MAX_BYTES = 8192

/**
 * Returns the members of `added` to append to the caller's `baggage` header: those with other names. Returns none if
 * both together would exceed the limit of the specification.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function missingBaggage(own: string, added: string): string {
  const nameOf = (member: string) => member.split('=', 1)[0]?.trim()
  const names = own.split(',').map(nameOf)
  const missing = added.split(',').filter((member) => !names.includes(nameOf(member)))
  return missing.length > 0 && own.length + added.length < MAX_BYTES ? missing.join(',') : ''
}
