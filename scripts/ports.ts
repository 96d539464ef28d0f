import { createServer } from 'node:net'

/** The environment variable of a port. */
interface Port {
  readonly variable: 'PORT' | 'OTLP_PORT' | 'UI_PORT' | 'BACKEND_PORT'
  readonly number: number
}

const DEFAULTS = { PORT: 8787, OTLP_PORT: 4318, UI_PORT: 16686, BACKEND_PORT: 8790 } as const

export type Ports = { readonly [Name in Port['variable']]: number }

/** The ports from the environment. Throws an `Error` that names a variable whose value is not a port. */
export function portsFromEnvironment(env: NodeJS.ProcessEnv): Ports {
  const ports = { ...DEFAULTS } as Record<Port['variable'], number>
  for (const variable of Object.keys(DEFAULTS) as Port['variable'][]) {
    const text = env[variable]
    if (text === undefined || text === '') continue
    const number = Number(text)
    if (!Number.isInteger(number) || number < 1 || number > 65535) {
      throw new Error(`${variable}=${text} is not a port: a whole number from 1 to 65535 is expected.`)
    }
    ports[variable] = number
  }
  return ports
}

/** Throws an `Error` that names the first port that is taken or used twice, and its variable. */
export async function assertPortsFree(ports: Ports): Promise<void> {
  const seen = new Map<number, string>()
  for (const [variable, number] of Object.entries(ports)) {
    const other = seen.get(number)
    if (other !== undefined)
      throw new Error(`${variable} and ${other} are both ${number}: set one of them to another port.`)
    seen.set(number, variable)
    if (!(await isFree(number))) {
      throw new Error(
        `Port ${number} is taken. Stop what uses it, or choose another: ${variable}=${number + 1000} npm start`,
      )
    }
  }
}

/** Four free ports, for tests. */
export async function freePorts(): Promise<Ports> {
  const [PORT = 0, OTLP_PORT = 0, UI_PORT = 0, BACKEND_PORT = 0] = await findFreePorts(4)
  return { PORT, OTLP_PORT, UI_PORT, BACKEND_PORT }
}

// Cache: the ports that were returned. They are taken later than the next ones are asked for.
const returnedPorts = new Set<number>()

/**
 * Free ports, each returned once. They are below those that an operating system gives to connections and to servers without a port of their
 * own, so that nothing takes them before the caller does.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const free: number[] = []
  while (free.length < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (returnedPorts.has(port) || !(await isFree(port)) || returnedPorts.has(port)) continue
    returnedPorts.add(port)
    free.push(port)
  }
  return free
}

type Server = ReturnType<typeof createServer>

/** Both loopback addresses are checked: some browsers resolve localhost to IPv4, others to IPv6. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1', undefined]) {
    try {
      const server = await listen(port, host)
      await new Promise((resolve) => server.close(resolve))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') return false
      // A machine without IPv6 reports one of these.
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
