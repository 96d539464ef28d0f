import type { Instrumentation } from '../../page-sdk.ts'
import { traceConnections } from './connections.ts'

/** Records beacons, and the time until a WebSocket or an EventSource is connected. */
export const connectionsInstrumentation: Instrumentation = ({ http, patches }) =>
  traceConnections(http, patches)
