import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether the program is on PATH. */
export function isInstalled(program: string): boolean {
  return searchPath().some((folder) => existsSync(join(folder, program)))
}

/** The folder of PostgreSQL's programs, the newest of Debian's, which are not on PATH. */
export function findPostgres(): string | undefined {
  const versions = globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  )
  return [...searchPath(), ...versions].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
}

/** RabbitMQ's server: `RABBITMQ_SERVER`, Debian's, whose command on PATH changes its user, or one on PATH. */
export function findRabbitMq(): string | undefined {
  const chosen = process.env.RABBITMQ_SERVER
  const candidates = chosen
    ? [chosen]
    : ['/usr/lib/rabbitmq/bin', ...searchPath()].map((folder) => join(folder, 'rabbitmq-server'))
  return candidates.find((file) => existsSync(file))
}

function searchPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
}
