/**
 * The requests whose trace context a worker continues:
 * - `'same-origin'`: requests that the browser marks as same-origin or same-site (`Sec-Fetch-Site`);
 * - `'internal'`: every request, for a worker that can be called through bindings only;
 * - `'all'`: every request, also of unknown clients;
 * - a list of origins (`'https://shop.example'`): those of `'same-origin'`, and requests whose `Origin` is in the list.
 */
export type Trust = 'same-origin' | 'internal' | 'all' | readonly string[]

/**
 * Whether the trace context of a request is continued. A request that is not trusted starts a new trace with a link to its
 * caller. Otherwise any client could add spans to existing traces, and decide which traces are sampled.
 */
export function isTrusted(trust: Trust, header: (name: string) => string | null | undefined): boolean {
  if (trust === 'all' || trust === 'internal') return true
  const site = header('sec-fetch-site')
  if (site === 'same-origin' || site === 'same-site') return true
  if (trust === 'same-origin') return false
  const origin = header('origin')
  return typeof origin === 'string' && trust.includes(origin)
}
