import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in front of a server, whose connections a test interrupts. */
export interface TcpProxy {
  readonly port: number
  /** Keeps back what is sent in this direction on the connections that are open. The returned function sends it. */
  hold(direction: 'to server' | 'to client'): () => void
  /** Ends the connections that are open. New ones are accepted. */
  cut(): void
  close(): void
}

export async function startTcpProxy(serverPort: number): Promise<TcpProxy> {
  const pairs = new Set<{ readonly client: Socket; readonly upstream: Socket }>()
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1')
    const pair = { client, upstream }
    pairs.add(pair)
    client.pipe(upstream)
    upstream.pipe(client)
    for (const socket of [client, upstream]) {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
        pairs.delete(pair)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const { client } of pairs) client.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    hold(direction) {
      const held = [...pairs].map(({ client, upstream }) => {
        const [from, to] = direction === 'to server' ? [client, upstream] : [upstream, client]
        from.unpipe(to)
        return () => from.pipe(to)
      })
      return () => {
        for (const release of held) release()
      }
    },
    cut,
    close() {
      server.close()
      cut()
    },
  }
}
