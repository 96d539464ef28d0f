import { join } from 'node:path'
import { build } from './build.ts'
import { assertPortsFree, portsFromEnvironment } from './ports.ts'
import { prepareServices } from './services/prepare.ts'
import { startSystem } from './system.ts'

const stateFolder = join(import.meta.dirname, '..', '.wrangler', 'state')
const jaeger = process.argv.includes('--jaeger')
const withServices = process.argv.includes('--services')
const verbose = process.argv.includes('--verbose')

const interrupted = new AbortController()
const stopping = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      interrupted.abort()
      resolve()
    })
})

try {
  const ports = portsFromEnvironment(process.env)
  await assertPortsFree(ports)
  const services = withServices
    ? await prepareServices({ log: console.log, signal: interrupted.signal })
    : undefined
  console.log('Building the shop …')
  await build()
  const started = [jaeger ? 'Jaeger' : 'collector', ...(services ? ['services'] : []), 'backend']
  console.log(`Starting ${started.join(', ')} and edge …`)
  const starting = startSystem({
    ...{ ports, stateFolder, jaeger, onLine: print },
    ...(services ? { services } : {}),
  })
  // Ctrl-C during the start stops the services that have started.
  const system = await Promise.race([starting, stopping.then(() => undefined)])
  if (system) {
    console.log(
      `\n  shop    ${system.shopUrl}\n  OTLP    ${system.otlpUrl}\n  traces  ${system.uiUrl}\n\nCtrl-C stops everything.`,
    )
    const ended = Promise.race(
      [system.collector, system.backend, system.edge, ...(system.services?.processes ?? [])].map(
        async (service) => {
          await service.ended
          return service.name
        },
      ),
    )
    const name = await Promise.race([ended, stopping])
    if (typeof name === 'string') {
      console.error(
        `The ${name} ended by itself; stopping the rest. \`npm start -- --verbose\` shows what it printed.`,
      )
      process.exitCode = 1
    }
  }
  await (await starting).stop()
} catch (error) {
  // Ctrl-C during a download or a build is no failure.
  if (!interrupted.signal.aborted) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
process.exit()

/** Output of services is printed with `--verbose`, and otherwise if it looks like an error. */
function print(service: string, line: string): void {
  if (verbose || service === 'jaeger' || /\berror\b|✘/i.test(line)) console.log(`[${service}] ${line}`)
}
