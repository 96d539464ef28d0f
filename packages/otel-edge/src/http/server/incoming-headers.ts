/** The maximum length of a public caller's `baggage`, which all services behind this worker receive. */
const MAX_PUBLIC_BAGGAGE = 1024

/** Reads propagation headers. */
export const HEADERS_GETTER = {
  get: (carrier: unknown, key: string): string | undefined => (carrier as Headers).get(key) ?? undefined,
  keys: (carrier: unknown): string[] => [...(carrier as Headers).keys()],
}

/** Reads propagation headers of a public caller. Baggage that is too long is cut after a whole member. */
export const PUBLIC_GETTER: typeof HEADERS_GETTER = {
  ...HEADERS_GETTER,
  get(carrier, key) {
    const value = HEADERS_GETTER.get(carrier, key)
    return key === 'baggage' && value !== undefined ? wholeMembers(value, MAX_PUBLIC_BAGGAGE) : value
  },
}

function wholeMembers(baggage: string, maxLength: number): string {
  return baggage.length <= maxLength
    ? baggage
    : baggage.slice(0, Math.max(baggage.lastIndexOf(',', maxLength), 0))
}
