import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const SHUTDOWN_MILLIS = 2_000
const MAX_CONNECTIONS = 500
const TIME_LIMITS: TimeLimits = {
  headersMillis: 10_000,
  requestMillis: 30_000,
  idleMillis: 60_000,
  checkMillis: 1_000,
}
const LOOPBACKS = ['127.0.0.1', '::1']

export interface ListenOptions {
  /** The port. 0 selects a free one. */
  readonly port: number
  /** The host name or address. `localhost` means both loopback addresses, since clients may resolve it to either. */
  readonly host: string
  /** The environment variable that changes the port, for the error message. */
  readonly variable: string
  readonly timeLimits?: TimeLimits
}

/** Time limits of a connection. */
interface TimeLimits {
  /** From the connection to the last request header. Applies also when the client sends nothing. */
  readonly headersMillis: number
  /** From the first to the last byte of a request. */
  readonly requestMillis: number
  /** Time without a byte in either direction while a request is answered. */
  readonly idleMillis: number
  /** How often the first two limits are checked. */
  readonly checkMillis: number
}

/** A listener on one port. */
export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/** Listens for HTTP. If the port is taken, throws an `Error` that names the port and the variable that changes it. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const hosts = options.host === 'localhost' ? LOOPBACKS : [options.host]
  const servers: Server[] = []
  let port = options.port
  try {
    for (const host of hosts) {
      const server = await listenOn(handler, host, port, options.timeLimits ?? TIME_LIMITS)
      if (!server) continue
      servers.push(server)
      port = (server.address() as AddressInfo).port
    }
    if (servers.length === 0) throw new Error(`could not resolve an address of ${options.host}`)
  } catch (error) {
    await Promise.all(servers.map(close))
    // A port that is free on the first address may be taken on the second. Then another free port is tried.
    if (options.port === 0 && codeOf(error) === 'EADDRINUSE') return listen(handler, options)
    throw explain(error, port, options)
  }
  return { port, close: async () => void (await Promise.all(servers.map(close))) }
}

/** Resolves with `undefined` when the machine does not have the address, for instance without IPv6. */
function listenOn(
  handler: RequestListener,
  host: string,
  port: number,
  limits: TimeLimits,
): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      {
        headersTimeout: limits.headersMillis,
        requestTimeout: limits.requestMillis,
        connectionsCheckingInterval: limits.checkMillis,
      },
      handler,
    )
    server.setTimeout(limits.idleMillis)
    server.maxConnections = MAX_CONNECTIONS
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'
      if (isMissing && LOOPBACKS.includes(host)) resolve(undefined)
      else reject(error)
    })
    server.listen(port, host, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), SHUTDOWN_MILLIS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function explain(error: unknown, port: number, { host, variable }: ListenOptions): unknown {
  if (codeOf(error) === 'EADDRINUSE') {
    return new Error(`port ${port} is taken: stop what listens there, or set ${variable} to another port`, {
      cause: error,
    })
  }
  if (codeOf(error) === 'EACCES') {
    return new Error(`port ${port} may not be used: set ${variable} to another port`, { cause: error })
  }
  if (['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL'].includes(String(codeOf(error)))) {
    return new Error(
      `LISTEN_HOST is "${host}": it must be localhost or an address of this machine, such as 0.0.0.0`,
      { cause: error },
    )
  }
  return error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
