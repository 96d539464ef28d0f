/** The runtime's fetch, kept from before ours is put in its place. */
const original: typeof fetch = globalThis.fetch

/** Sends a request that is no part of any trace: our own to the collector. */
export function nativeFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return original(input, init)
}
