import { createServer } from 'node:net'

/** A port of the system: where it listens, and the environment variable that moves it. */
interface Port {
  readonly variable: 'PORT' | 'OTLP_PORT' | 'UI_PORT' | 'BACKEND_PORT'
  readonly number: number
}

const DEFAULTS = { PORT: 8787, OTLP_PORT: 4318, UI_PORT: 16686, BACKEND_PORT: 8790 } as const

export type Ports = { readonly [Name in Port['variable']]: number }

/** The ports from the environment. Throws an `Error` naming the variable whose value is no port. */
export function portsFromEnvironment(env: NodeJS.ProcessEnv): Ports {
  const ports = { ...DEFAULTS } as Record<Port['variable'], number>
  for (const variable of Object.keys(DEFAULTS) as Port['variable'][]) {
    const text = env[variable]
    if (text === undefined || text === '') continue
    const number = Number(text)
    if (!Number.isInteger(number) || number < 1 || number > 65535) {
      throw new Error(`${variable}=${text} is no port: a whole number from 1 to 65535 is expected.`)
    }
    ports[variable] = number
  }
  return ports
}

/** Throws an `Error` naming the first port that is taken, or wanted twice, and the variable that moves it. */
export async function assertPortsFree(ports: Ports): Promise<void> {
  const seen = new Map<number, string>()
  for (const [variable, number] of Object.entries(ports)) {
    const other = seen.get(number)
    if (other !== undefined)
      throw new Error(`${variable} and ${other} are both ${number}: give one another port.`)
    seen.set(number, variable)
    if (!(await isFree(number))) {
      throw new Error(
        `Port ${number} is taken. Stop what uses it, or choose another: ${variable}=${number + 1000} npm start`,
      )
    }
  }
}

/** Four ports nobody uses now, for tests. */
export async function freePorts(): Promise<Ports> {
  const servers = await Promise.all([0, 1, 2, 3].map(() => listen(0)))
  const [PORT = 0, OTLP_PORT = 0, UI_PORT = 0, BACKEND_PORT = 0] = servers.map(portOf)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return { PORT, OTLP_PORT, UI_PORT, BACKEND_PORT }
}

type Server = ReturnType<typeof createServer>

/** Both loopback addresses: what listens on one of them only would still answer half of the browsers. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1', undefined]) {
    try {
      const server = await listen(port, host)
      await new Promise((resolve) => server.close(resolve))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') return false
      // A machine without IPv6 says the one or the other.
      if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') throw error
    }
  }
  return true
}

function listen(port: number, host?: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host }, () => resolve(server))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
