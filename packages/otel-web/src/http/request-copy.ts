/** What the Fetch standard reads of `init`; inherited and hidden properties count too. */
const INIT_KEYS = [
  'method',
  'body',
  'referrer',
  'referrerPolicy',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'integrity',
  'keepalive',
  'signal',
  'duplex',
  'priority',
  'window',
]

type FetchArguments = [input: RequestInfo | URL, init?: RequestInit | undefined]

/**
 * The arguments of a fetch with more headers, without touching what the caller passed: not `init`, which may be used
 * again for somebody else, not its headers, not the `Request`.
 *
 * Nothing is added when `except` is already among the headers: the caller's own are left alone.
 *
 * @throws what the platform itself would reject the call with
 */
export function withHeaders(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  added: Readonly<Record<string, string>>,
  except: string,
): FetchArguments {
  if (isRequest(input)) {
    // What fetch itself does first: the body moves over, the caller's object is used up as always.
    const request = new Request(input, init)
    setMissing(request.headers, added, except)
    return [request]
  }
  // Read once: headers may come from an iterator.
  const headers = new Headers(init?.headers)
  setMissing(headers, added, except)
  const copy: Record<string, unknown> = {}
  const given = (init ?? {}) as Record<string, unknown>
  for (const key of INIT_KEYS) if (key in given) copy[key] = given[key]
  for (const key in given) copy[key] = given[key]
  copy.headers = headers
  return [input, copy]
}

/** Also true for a Request of another window, e.g. of a same-origin frame. */
export function isRequest(input: unknown): input is Request {
  return Object.prototype.toString.call(input) === '[object Request]'
}

function setMissing(headers: Headers, added: Readonly<Record<string, string>>, except: string): void {
  if (headers.has(except)) return
  for (const name in added) {
    const value = added[name]
    if (value !== undefined && !headers.has(name)) headers.set(name, value)
  }
}
