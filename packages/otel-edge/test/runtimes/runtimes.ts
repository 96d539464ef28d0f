import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../../..')
const PROGRAMS = join(import.meta.dirname, 'programs')

/** A runtime for tests: the command that runs a script, or the reason why it is missing. */
export type Runtime =
  | {
      readonly name: string
      readonly command: readonly string[]
      readonly variant?: string
      readonly variables?: Readonly<Record<string, string>>
    }
  | { readonly name: string; readonly missing: string }

/** Node, and the runtimes that are installed on the first call: Bun and Deno, cached by their lock file. */
export function findRuntimes(): readonly Runtime[] {
  const node = { name: 'node', command: [process.execPath] }
  const nodes = [node, { ...node, variant: ' with its own globals', variables: { KEEP_GLOBALS: 'yes' } }]
  let folder: string
  try {
    folder = installPrograms()
  } catch (error) {
    const missing = (error as Error).message
    return [...nodes, { name: 'bun', missing }, { name: 'deno', missing }]
  }
  return [
    ...nodes,
    usable('bun', [join(folder, 'node_modules/.bin/bun'), 'run']),
    usable('deno', [join(folder, 'node_modules/.bin/deno'), 'run', '--allow-all', '--no-lock']),
  ]
}

function installPrograms(): string {
  const lock = readFileSync(join(PROGRAMS, 'package-lock.json'))
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 16)
  const cache = join(ROOT, 'node_modules/.cache/throughline-runtimes')
  const folder = join(cache, hash)
  const stamp = join(folder, 'installed')
  if (existsSync(stamp)) return folder
  rmSync(cache, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(PROGRAMS, folder, { recursive: true })
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'pipe' })
  writeFileSync(stamp, '')
  return folder
}

/** A program may be installed and not run: the wrong processor, the wrong C library. */
function usable(name: string, command: readonly [string, ...string[]]): Runtime {
  try {
    execFileSync(command[0], ['--version'], { stdio: 'pipe' })
    return { name, command }
  } catch (error) {
    return { name, missing: (error as Error).message }
  }
}

export interface RunningApp {
  readonly url: string
  stop(): void
}

/** Serves the app of this folder in a runtime. */
export async function runApp(
  { name, command }: { readonly name: string; readonly command: readonly string[] },
  variables: Readonly<Record<string, string>>,
): Promise<RunningApp> {
  const [program = '', ...args] = command
  const child = spawn(program, [...args, join(import.meta.dirname, `serve-${name}.ts`)], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const port = await portOf(child)
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill('SIGKILL') }
}

function portOf(child: ChildProcess): Promise<number> {
  let output = ''
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => {
        output += String(data)
        const port = /^port (\d+)$/m.exec(output)?.[1]
        if (port) resolve(Number(port))
      })
    }
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)))
  })
}
