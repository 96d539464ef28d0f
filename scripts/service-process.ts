import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface ServiceOptions {
  readonly name: string
  readonly command: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Default: the folder of this process. */
  readonly cwd?: string
  /** Answers 2xx once the service is up. Polled with `readyHeaders`. */
  readonly readyUrl?: string
  /** In place of `readyUrl`: matches the line that the service prints once it is up. */
  readonly readyLine?: RegExp
  readonly readyHeaders?: Readonly<Record<string, string>>
  readonly readyTimeoutMillis?: number
  /** Called with every line that the service prints. */
  readonly onLine?: (line: string) => void
}

/** A running service of the system. */
export interface ServiceProcess {
  readonly name: string
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  stop(): Promise<void>
  /** Ends the process without a clean shutdown, like a crash. */
  kill(): Promise<void>
}

const LAST_LINES = 25
const STOP_GRACE_MILLIS = 4000

/**
 * Starts one service in a process group of its own and waits until it answers.
 *
 * Throws an `Error` with the last lines of its output if it ends early or does not answer in time.
 */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const [program = '', ...args] = options.command
  const { env, cwd } = options
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const lastLines: string[] = []
  let isReadyLinePrinted = false
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (lastLines.push(line) > LAST_LINES) lastLines.shift()
      isReadyLinePrinted ||= options.readyLine?.test(line) === true
      options.onLine?.(line)
    })
  }
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      lastLines.push(error.message)
      resolve()
    })
    child.once('close', () => resolve())
  })
  const service: ServiceProcess = {
    name: options.name,
    ended,
    stop: () => endGroup(child, ended, 'SIGTERM'),
    kill: () => endGroup(child, ended, 'SIGKILL'),
  }
  try {
    await waitUntilReady(options, child, () => isReadyLinePrinted)
  } catch (error) {
    await service.stop()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `${options.name} ${reason}. It printed last:\n${lastLines.map((line) => `  ${line}`).join('\n')}`,
    )
  }
  return service
}

async function waitUntilReady(
  options: ServiceOptions,
  child: ChildProcess,
  isReadyLinePrinted: () => boolean,
): Promise<void> {
  const { readyUrl, readyTimeoutMillis = 60_000 } = options
  const deadline = Date.now() + readyTimeoutMillis
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      throw new Error('ended at once')
    if (isReadyLinePrinted() || (readyUrl !== undefined && (await answers(readyUrl, options.readyHeaders))))
      return
    if (Date.now() > deadline)
      throw new Error(readyUrl === undefined ? 'did not start in time' : `did not answer at ${readyUrl}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function answers(url: string, headers: Readonly<Record<string, string>> = {}): Promise<boolean> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(3000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** Signals the whole group: wrangler's workerd outlives a wrangler that is killed alone. */
async function endGroup(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined) return
  signalGroup(child.pid, signal)
  if (child.exitCode === null && child.signalCode === null) {
    const force = setTimeout(
      () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'),
      STOP_GRACE_MILLIS,
    )
    await Promise.race([once(child, 'exit'), ended])
    clearTimeout(force)
  }
  // Processes of the group that outlived the leader.
  signalGroup(child.pid, 'SIGKILL')
  await ended
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
