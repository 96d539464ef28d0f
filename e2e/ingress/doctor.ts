import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../../scripts/command.ts'

const BIN = join(ROOT, 'packages/throughline/src/bin.ts')

/** What the doctor finds, from its JSON report. */
export interface Finding {
  readonly id: string
  readonly seen: string
  readonly fix: string
}

/**
 * Runs `throughline doctor` and returns its findings about how the chain is connected. Spans outside of their parents depend
 * on the load of the machine: the stock instrumentation of Node ends a server span after the client has read the response.
 */
export async function runDoctor(...args: readonly string[]): Promise<readonly Finding[]> {
  const child = spawn(process.execPath, [BIN, 'doctor', '--timeout=60', '--json', ...args])
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (!output.stdout) throw new Error(output.stderr)
  const { findings } = JSON.parse(output.stdout) as { readonly findings: readonly Finding[] }
  return findings.filter(({ id }) => id !== 'trace-outside-parent')
}
