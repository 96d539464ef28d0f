import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's root. */
export const ROOT: string = join(import.meta.dirname, '..')

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/** Runs a command to its end and returns what it printed; throws an `Error` with that when it fails. */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`\`${command.join(' ')}\` ended with ${code}:\n${output}`)
  return output
}

/** Runs a command in the repository with its output on ours, and returns its exit code. */
export function show(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/** The JSON a test runner wrote, `undefined` when it did not come that far. */
export function readResult(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
