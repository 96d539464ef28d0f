import { spawn } from 'node:child_process'

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
