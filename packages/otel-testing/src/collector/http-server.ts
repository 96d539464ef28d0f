import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => unknown

/** An HTTP server on a free port of 127.0.0.1. */
export interface HttpServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  /** Stops the server and destroys all connections, including those of unfinished responses and of WebSockets. */
  close(): Promise<void>
}

export interface HttpServerOptions {
  /** Handles requests with an `Upgrade` header. Default: they are ordinary requests. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex) => void
}

/**
 * Starts an HTTP server. An error of `handler` becomes an unhandled rejection, which fails the test run. A client that
 * disconnects before its body is read (`ECONNRESET`) is not an error.
 */
export async function startHttpServer(
  handler: RequestHandler,
  { onUpgrade }: HttpServerOptions = {},
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    Promise.resolve()
      .then(() => handler(request, response))
      .catch((error: NodeJS.ErrnoException) => {
        response.destroy()
        if (error.code !== 'ECONNRESET') throw error
      })
  })
  if (onUpgrade) server.on('upgrade', onUpgrade)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

// Cache: the ports that were returned. A program that gets several may listen on the first one later than it gets the next.
const returnedPorts = new Set<number>()

/**
 * Returns a port that was free at the time of the call, and that was not returned before, for a program that cannot listen on port 0. It is below the ports
 * that an operating system gives to connections and to servers on port 0, so that these do not take it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (returnedPorts.has(port)) continue
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    // Another call may have found the same port in the meantime.
    if (returnedPorts.has(port)) continue
    returnedPorts.add(port)
    return port
  }
}

/** Reads the whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
