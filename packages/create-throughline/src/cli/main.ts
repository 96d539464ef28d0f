import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { confirm, isCancel } from '@clack/prompts'
import { ownVersion } from '../plan/dependencies.ts'
import { makePlan, type Plan } from '../plan/make-plan.ts'
import { hasUncommittedChanges } from '../project/git.ts'
import { findPackageManager } from '../project/package-manager.ts'
import { openProject } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import { checkWritable, writeChanges } from '../project/write-changes.ts'
import { formatDiff, formatManual } from './format.ts'
import { copyCommand, copyScripts, install } from './install.ts'
import { HELP, type Options, parseOptions } from './options.ts'

const EXIT = {
  /** Success, which includes a dry run. */
  done: 0,
  /** No file was changed, or the installation failed. */
  failed: 1,
  /** The user has to add some lines by hand. */
  manual: 2,
} as const

/** Where the command runs, and where it prints. */
export interface Surroundings {
  readonly folder: string
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}

/** Runs the command. Returns its exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, printError } = surroundings
  try {
    const options = parseOptions(args)
    if (options.prints !== undefined) {
      print(options.prints === 'help' ? HELP : ownVersion())
      return EXIT.done
    }
    const folder = resolveFolder(surroundings.folder, '--dir', options.folder) ?? surroundings.folder
    const tarballs = resolveFolder(surroundings.folder, '--from', options.tarballs)
    return await addTracing({ ...surroundings, folder }, { ...options, tarballs })
  } catch (error) {
    // The errors of `parseArgs` are a `TypeError` with a code.
    const isKnown = error instanceof Refusal || (error instanceof TypeError && 'code' in error)
    printError(isKnown ? `${error.message}\nNothing was changed.` : inspect(error))
    return EXIT.failed
  }
}

/** The folder that an option names, relative to another one. */
function resolveFolder(base: string, option: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  const path = resolve(base, name)
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new Refusal(`${option}=${name} is not a folder. Name an existing one.`)
  return path
}

async function addTracing(surroundings: Surroundings, options: Options): Promise<number> {
  const { folder, print } = surroundings
  const { isGateway, serviceName, tarballs } = options
  const plan = makePlan(openProject(folder), {
    isGateway,
    serviceName,
    isChosenFolder: options.folder !== undefined,
    tarballs,
  })
  print(`Found ${plan.name}.`)
  if (plan.changes.length === 0) {
    if (plan.manual.length === 0) print('Tracing is set up. Nothing was changed.')
    return reportManual(surroundings, plan)
  }
  checkWritable(folder, plan.changes)
  print(`\n${formatDiff(plan.changes)}`)
  if (options.isDryRun) {
    print('This was a dry run. Nothing was changed.')
    return reportManual(surroundings, plan)
  }
  if (!options.isForced && hasUncommittedChanges(folder))
    throw new Refusal('Git has uncommitted changes. Commit them, or run this with --force.')
  if (!options.isConfirmed && !(await isConfirmed())) {
    print('Nothing was changed.')
    return EXIT.failed
  }
  writeChanges(folder, plan.changes)
  return finish(surroundings, plan, options)
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Refusal('The input is not a terminal, so the changes cannot be confirmed. Run this with --yes.')
  const answer = await confirm({ message: 'Change these files?' })
  return !isCancel(answer) && answer
}

function finish(surroundings: Surroundings, plan: Plan, options: Options): number {
  const { installs } = options
  const { folder, print, printError } = surroundings
  const { scriptFolder } = plan
  const packageManager = findPackageManager(folder, plan.packageManager, process.env.npm_config_user_agent)
  const failure = installs ? install(folder, packageManager) : undefined
  if (failure !== undefined) {
    printError(
      `\n${failure} The files are changed: correct the cause and run \`${packageManager} install\` again.`,
    )
    return EXIT.failed
  }
  const isCopied = scriptFolder === undefined || (installs && copyScripts(folder, scriptFolder))
  const steps = [
    ...(options.folder === undefined ? [] : [`cd ${quoteForShell(options.folder)}`]),
    ...(installs ? [] : [`${packageManager} install`]),
    ...(isCopied ? [] : [copyCommand(scriptFolder)]),
    'npx throughline-collector',
  ]
  const state =
    plan.manual.length === 0 ? 'Tracing is set up' : 'The files are changed, except for the lines below'
  print(`\n${state}. Then:\n\n${steps.map((step) => `  ${step}\n`).join('')}`)
  print('Start the app in another terminal and use it. The traces are at http://localhost:16686.')
  print(
    'The collector needs Node 22.16 or newer. On an older one, `npx -p node@24 -c throughline-collector` starts it.',
  )
  for (const note of plan.notes) print(`- ${note}`)
  return reportManual(surroundings, plan)
}

/** An argument of a command, in quotes if it has a space or another special character. */
function quoteForShell(text: string): string {
  return /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function reportManual({ printError }: Surroundings, { manual }: Plan): number {
  if (manual.length === 0) return EXIT.done
  printError(`\nThese lines could not be added safely. Add them by hand:\n\n${formatManual(manual)}`)
  return EXIT.manual
}
