/**
 * Whose trace context a worker continues:
 * - `'same-origin'`: requests the browser marks as same-origin or same-site, and listed origins;
 * - `'internal'`: every request, for workers that are reached through bindings only;
 * - `'all'`: every request, whoever sends it;
 * - a list: same-origin, and requests whose `Origin` is in the list (`'https://shop.example'`).
 */
export type Trust = 'same-origin' | 'internal' | 'all' | readonly string[]

/**
 * Decides whether a request's trace context is continued. What is not trusted starts a new trace that links to
 * the foreign one, so that nobody outside can fill, sample or mix up our traces.
 */
export function isTrusted(trust: Trust, header: (name: string) => string | null | undefined): boolean {
  if (trust === 'all' || trust === 'internal') return true
  const site = header('sec-fetch-site')
  if (site === 'same-origin' || site === 'same-site') return true
  if (trust === 'same-origin') return false
  const origin = header('origin')
  return typeof origin === 'string' && trust.includes(origin)
}
