import { activeContext } from './context.ts'
import { getInvocation } from './invocation.ts'
import { sendTraced } from './outgoing-fetch.ts'
import { callRemote } from './rpc.ts'
import type { Kind } from './wrap-object.ts'

const NOT_REMOTE = new Set(['connect', 'dup'])

/** Service bindings and Durable Object stubs: `fetch` carries the context in headers, other methods are RPC. */
const service: Kind = {
  replaces(target, method, { name, sdk }) {
    if (NOT_REMOTE.has(method) || method in Object.prototype) return undefined
    if (method !== 'fetch') return callRemote(target, method, name, sdk)
    const fetcher = target as Fetcher
    return (input: RequestInfo, init?: RequestInit) => {
      const context = activeContext()
      const invocation = getInvocation(context)
      if (!invocation) return fetcher.fetch(input, init)
      return sendTraced(invocation, context, name, fetcher.fetch.bind(fetcher) as typeof fetch, input, init)
    }
  },
}

const objects: Kind = {
  gives: { get: () => service, getByName: () => service, jurisdiction: () => objects },
}

/** Bindings behind which another worker goes on with the trace. */
export const REMOTE_KINDS: Readonly<Record<string, Kind>> = {
  Fetcher: service,
  DurableObjectNamespace: objects,
}
