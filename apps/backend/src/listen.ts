import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const LOOPBACKS = ['127.0.0.1', '::1']

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** `localhost` listens on both loopback addresses, since clients resolve that name to either. */
  readonly host: string
}

/** A listener on one port. */
export interface Listening {
  readonly port: number
  /** Resolves when the requests in flight have ended. */
  close(): Promise<void>
}

/** Listens for HTTP. Rejects with the system's error when the port is in use or the address does not exist. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const hosts = options.host === 'localhost' ? LOOPBACKS : [options.host]
  const servers: Server[] = []
  let { port } = options
  for (const host of hosts) {
    try {
      const server = await listenOn(handler, host, port)
      servers.push(server)
      port = (server.address() as AddressInfo).port
    } catch (error) {
      // A machine without IPv6 has one loopback address only.
      const { code } = error as NodeJS.ErrnoException
      if (servers.length > 0 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) continue
      await Promise.all(servers.map(close))
      throw error
    }
  }
  return { port, close: async () => void (await Promise.all(servers.map(close))) }
}

function listenOn(handler: RequestListener, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(handler).once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
