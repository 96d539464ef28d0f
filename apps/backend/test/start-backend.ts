import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = join(import.meta.dirname, '../src/main.ts')

/** The payments service in a separate process, as in production. */
export interface BackendProcess {
  /** Every line of standard output so far, parsed: the log. */
  readonly log: Record<string, unknown>[]
  /** Everything on standard error so far. */
  errors(): string
  /** Resolves with the address once it listens. */
  url(): Promise<string>
  /** Resolves with the exit code once it has ended. */
  exitCode(): Promise<number | null>
  stop(signal?: NodeJS.Signals): void
}

export function startBackend(env: NodeJS.ProcessEnv = {}): BackendProcess {
  const child: ChildProcess = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', DATABASE_PATH: ':memory:', ...env },
  })
  const log: Record<string, unknown>[] = []
  let errors = ''
  const ended = once(child, 'close')
  const listening = new Promise<string>((resolve, reject) => {
    if (!child.stdout || !child.stderr) throw new Error('no pipes')
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>
      log.push(entry)
      if (entry.port !== undefined) resolve(`http://localhost:${entry.port}`)
    })
    child.stderr.on('data', (chunk) => {
      errors += String(chunk)
    })
    ended.then(() => reject(new Error(`the backend ended before it listened: ${errors}`)))
  })
  // A test that only awaits the exit code does not await the address.
  listening.catch(() => {})
  return {
    log,
    errors: () => errors,
    url: () => listening,
    exitCode: () => ended.then(([code]) => code as number | null),
    stop: (signal) => void child.kill(signal),
  }
}
