import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const REQUEST_TIMEOUT_MILLIS = 30_000
const SHUTDOWN_MILLIS = 2_000
const LOOPBACKS = ['127.0.0.1', '::1']

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** `localhost` listens on both loopback addresses, whichever of them a client makes of that name. */
  readonly host: string
  /** The variable that moves the port, for the error message. */
  readonly variable: string
}

/** A listener on one port. */
export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/** Listens for HTTP. Throws an `Error` naming the port and the variable that moves it when it is taken. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const hosts = options.host === 'localhost' ? LOOPBACKS : [options.host]
  const servers: Server[] = []
  let port = options.port
  try {
    for (const host of hosts) {
      const server = await listenOn(handler, host, port)
      if (!server) continue
      servers.push(server)
      port = (server.address() as AddressInfo).port
    }
    if (servers.length === 0) throw new Error(`no address of ${options.host} is to be had`)
  } catch (error) {
    await Promise.all(servers.map(close))
    // A port that was free on the first address may be taken on the second: then another free one is as good.
    if (options.port === 0 && codeOf(error) === 'EADDRINUSE') return listen(handler, options)
    throw explain(error, port, options)
  }
  return { port, close: async () => void (await Promise.all(servers.map(close))) }
}

/** `undefined` when the machine has no such address (no IPv6, say). */
function listenOn(handler: RequestListener, host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MILLIS }, handler)
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

function explain(error: unknown, port: number, { variable }: ListenOptions): unknown {
  if (codeOf(error) === 'EADDRINUSE') {
    return new Error(`port ${port} is taken: stop what listens there, or set ${variable} to another port`, {
      cause: error,
    })
  }
  if (codeOf(error) === 'EACCES') {
    return new Error(`port ${port} may not be used: set ${variable} to another port`, { cause: error })
  }
  return error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
