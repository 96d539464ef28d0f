const euro = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })

/** Formats a price for display: `1950` → `€19.50`. */
export function formatCents(cents: number): string {
  return euro.format(cents / 100)
}
