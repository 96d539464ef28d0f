import { VERSION } from '@throughline/otel-shared'
import { displayUrl } from '../http/display-url.ts'
import { doctor } from './doctor.ts'
import { EXIT, type Surroundings } from './surroundings.ts'

/** A command: its arguments, and its exit code. */
type Command = (args: readonly string[], surroundings: Surroundings) => Promise<number>

const COMMANDS: Readonly<Record<string, Command>> = { doctor }

const HELP = `throughline COMMAND [options]

  doctor URL   checks a deployed chain from outside

throughline COMMAND --help prints the options of a command.
`

/** Runs the command line. Returns its exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const [name = '--help', ...others] = args
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command) return command(others, surroundings)
  if (name === '--version') surroundings.print(VERSION)
  else if (/^(?:-h|--help|help)$/.test(name)) surroundings.print(HELP)
  else {
    surroundings.printError(`${displayUrl(name)} is not a command.\n\n${HELP}`)
    return EXIT.unusable
  }
  return EXIT.fine
}
