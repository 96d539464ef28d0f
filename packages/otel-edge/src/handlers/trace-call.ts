import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_RPC_METHOD,
  ATTR_RPC_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions'
import { unwrap } from '../bindings/proxy-target.ts'
import { splitHiddenArgument } from '../bindings/rpc/rpc.ts'
import { fromCarrier } from '../core/carrier.ts'
import type { Sdk } from '../core/sdk.ts'
import { ATTR_FAAS_TRIGGER } from '../core/semconv.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import { serve } from '../http/server/end-server-span.ts'
import { startServerRequest } from '../http/server/server-span.ts'
import type { EdgeOptions } from '../options.ts'
import { runInvocation } from '../trace/invocation-span.ts'
import { consumeBatch } from './queue-consumer.ts'

/** An instance of an instrumented class. */
export interface Instance {
  readonly sdk: Sdk
  readonly lifetime: WaitUntil
}

/** A call of a method by the runtime or by RPC. */
export interface IncomingCall {
  readonly method: string
  /** The name of the class. */
  readonly service: string
  readonly trust: EdgeOptions['trust']
  readonly args: readonly unknown[]
}

/** Traces a call as a request, a batch of messages, another event or an RPC call, by the name of the method. */
export function traceCall(
  { sdk, lifetime }: Instance,
  { method, service, trust, args }: IncomingCall,
  call: (args: readonly unknown[]) => unknown,
): unknown {
  if (method === 'fetch') {
    const server = startServerRequest(sdk, args[0] as Request, lifetime, trust)
    return serve(server, () => call(args) as Promise<Response>)
  }
  if (method === 'queue') {
    return consumeBatch(sdk, args[0] as MessageBatch, lifetime, async (batch) => {
      await call([batch])
    })
  }
  const attributes = Object.hasOwn(EVENTS, method) ? EVENTS[method] : undefined
  if (attributes) return runInvocation(sdk, lifetime, { name: method, attributes }, () => call(args))
  const { args: own, carrier } = splitHiddenArgument(args)
  const description = {
    name: method,
    parent: carrier && fromCarrier(carrier, sdk.propagator),
    attributes: {
      [ATTR_RPC_SYSTEM_NAME]: 'cloudflare_rpc',
      [ATTR_RPC_METHOD]: `${service}/${method}`,
    },
  }
  // RPC can serialize the runtime's own stubs but not proxies of them.
  return runInvocation(sdk, lifetime, description, () => unwrapSettled(call(own)))
}

function unwrapSettled(value: unknown): unknown {
  return value instanceof Promise ? value.then((settled) => unwrap(settled)) : unwrap(value)
}

/** Event handlers, which only the runtime can call. */
const EVENTS: Readonly<Record<string, Attributes>> = {
  alarm: { [ATTR_FAAS_TRIGGER]: 'timer' },
  scheduled: { [ATTR_FAAS_TRIGGER]: 'timer' },
  email: { [ATTR_FAAS_TRIGGER]: 'other' },
  tail: { [ATTR_FAAS_TRIGGER]: 'other' },
  webSocketMessage: { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' },
  webSocketClose: { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' },
  webSocketError: { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' },
}
