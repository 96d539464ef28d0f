/** Headers that some caches use instead of `Cache-Control`: https://www.rfc-editor.org/rfc/rfc9213 and older ones. */
const TARGETED = ['cdn-cache-control', 'cloudflare-cdn-cache-control', 'surrogate-control', 'x-accel-expires']
/** A response without any of these headers is not stored, except for a 304. */
const CACHING: ReadonlySet<string> = new Set([...TARGETED, 'cache-control', 'expires', 'last-modified'])

/**
 * Whether a shared cache may reuse this response without a request to this worker. Such a response gets no trace ids, since
 * all visitors would continue the same trace.
 *
 * @param names the names of the response's headers.
 * @see https://www.rfc-editor.org/rfc/rfc9111#name-storing-responses-in-caches and
 *   https://www.rfc-editor.org/rfc/rfc9111#name-freshness
 */
export function mayBeShared(
  request: Request,
  response: Response,
  names: readonly string[],
  nowMillis: number,
): boolean {
  // Most responses have no headers for caches. Each property that is read is a call into the runtime.
  if (!names.some((name) => CACHING.has(name)) && response.status !== 304) return false
  const { status, headers } = response
  if (!/^(?:GET|HEAD)$/.test(request.method)) return false
  if (TARGETED.some((name) => (lifetimeOf(headers.get(name) ?? '') ?? 0) > 0)) return true
  const control = headers.get('cache-control')?.toLowerCase() ?? ''
  // With field names (`private="set-cookie"`) a directive applies to these fields only.
  if (/(?:^|[,\s])(?:no-store|no-cache|private)\s*(?:,|$)/.test(control)) return false
  const seconds = lifetimeOf(control)
  const expires = headers.get('expires')
  const isKept =
    seconds !== undefined
      ? seconds > 0
      : expires !== null
        ? Date.parse(expires) > nowMillis
        : // Without a lifetime, a cache may choose one if there is `public` or `Last-Modified`, for these statuses. A 304 renews
          // a stored response: https://www.rfc-editor.org/rfc/rfc9110#section-15.1
          /^(?:20[0346]|30[0148]|4(?:04|05|10|14)|501)$/.test(`${status}`) &&
          (status === 304 || control.includes('public') || headers.has('last-modified'))
  if (!isKept || headers.get('vary')?.includes('*')) return false
  return !request.headers.has('authorization') || /public|s-maxage|must-revalidate/.test(control)
}

/** The number of seconds for which a shared cache may reuse a response, fresh or stale; `undefined` if not specified. */
function lifetimeOf(header: string): number | undefined {
  const control = header.toLowerCase()
  const seconds = (name: string) => /^"?(\d+)/.exec(control.split(`${name}=`)[1] ?? '')?.[1]
  const fresh = seconds('s-maxage') ?? seconds('max-age') ?? /^@?(\d+)$/.exec(control)?.[1]
  if (fresh === undefined) return undefined
  const isStaleAllowed = !/must-revalidate|proxy-revalidate/.test(control)
  const stale = seconds('stale-while-revalidate') ?? seconds('stale-if-error')
  return Number(fresh) + (isStaleAllowed ? Number(stale ?? 0) : 0)
}
