let original: typeof fetch | undefined

/** Puts another fetch in the place of the global one, whatever stands there by now. */
export function replaceFetch(replacement: typeof fetch): void {
  original = globalThis.fetch
  globalThis.fetch = replacement
}

/** Sends a request that is no part of any trace: our own to the collector. */
export function nativeFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const send = original ?? globalThis.fetch
  return send(input, init)
}
