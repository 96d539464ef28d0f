import { traceFetch } from '../../http/fetch/outgoing-fetch.ts'
import type { Send } from '../../platform/native-fetch.ts'
import type { BindingInstrumentation } from '../binding-instrumentation.ts'
import { wrapRemote } from '../rpc/rpc.ts'

const LOCAL_METHODS: ReadonlySet<string> = new Set(['fetch', 'connect', 'dup'])

/** Service bindings and Durable Object stubs. `fetch` sends the context in headers. All other methods are RPC. */
const SERVICE: BindingInstrumentation = {
  className: 'Fetcher',
  replace(target, key, value, binding) {
    // Remote methods and properties are functions. `id` of a Durable Object stub is local.
    if (typeof value !== 'function' || LOCAL_METHODS.has(key) || key in Object.prototype) return undefined
    const remote = wrapRemote(value, key, binding)
    return [key === 'toJSON' ? jsonOf(target, remote) : remote]
  },
  overrides(target, method, { name }) {
    if (method !== 'fetch') return undefined
    const fetcher = target as Fetcher
    const send = fetcher.fetch.bind(fetcher) as Send
    return (...args: unknown[]) => traceFetch(send, args, name)
  },
}

/**
 * `JSON.stringify` does not call the remote `toJSON` of a stub, but would call that of a proxy. Its call is recognized by the
 * only argument, the key as a string, and answered as for a stub.
 */
function jsonOf(stub: object, remote: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  return (...args) => (args.length === 1 && typeof args[0] === 'string' ? { ...stub } : remote(...args))
}

const OBJECTS: BindingInstrumentation = {
  className: 'DurableObjectNamespace',
  returns: { get: () => SERVICE, getByName: () => SERVICE, jurisdiction: () => OBJECTS },
}

/** The instrumentations of bindings that call another worker, which can continue the trace. */
export const REMOTE_BINDINGS: readonly BindingInstrumentation[] = [SERVICE, OBJECTS]
