import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from './command.ts'
import type { Ports } from './ports.ts'

/** A running `npm start`. */
export interface StartProcess {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>
}

/** Runs `npm start` with these arguments. */
export function start(env: NodeJS.ProcessEnv, ...args: readonly string[]): StartProcess {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/run.mjs'), 'start', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const exit = once(child, 'close').then(([code]) => code as number | null)
  return { child, output: () => output, exit }
}

export function portVariables(ports: Ports): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]))
}

/** Resolves when everything answers, and rejects with the output if the process ends before. */
export async function untilReady({ child, output, exit }: StartProcess): Promise<void> {
  if (!child.stdout) throw new Error('no output')
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
      if (line.includes('Ctrl-C stops everything')) return 'ready'
    return 'ended'
  })()
  const first = await Promise.race([ready, exit])
  if (first !== 'ready') throw new Error(`npm start ended:\n${output()}`)
}
