import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's root. */
export const ROOT: string = join(import.meta.dirname, '..')

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Ends the command. */
  readonly signal?: AbortSignal
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
    child.once('error', (error) => reject(explainSpawnError(program, error)))
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`\`${command.join(' ')}\` ended with ${code}:\n${output}`)
  return output
}

function explainSpawnError(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error
  return new Error(`\`${program}\` is not installed. Run \`npm install\` in the repository's root.`)
}

/** When the output of a command is printed. */
export type OutputTime = 'at once' | 'at the end'

/**
 * Runs a command in the repository, prints its output, and returns its exit code.
 *
 * @param time `at the end` for a command that runs beside another one, so that their lines do not mix
 */
export function show(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = {},
  time: OutputTime = 'at once',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const output = time === 'at once' ? 'inherit' : 'pipe'
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...env },
    })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => void chunks.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(chunks))
      resolve(code ?? 1)
    })
  })
}

/** The JSON a test runner wrote, `undefined` when it did not come that far. */
export function readResult(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
