import { parseArgs } from 'node:util'

export const HELP = `npm create throughline@latest -- [options]

Adds tracing to the project in the current folder.

  -y, --yes                 change the files without asking
      --dry-run             print the changes, and change nothing
      --no-install          do not install the dependencies
      --force               change the files even if Git has uncommitted changes
      --dir=FOLDER          the folder of the app, such as apps/web in a workspace
      --gateway             make a worker in front of an existing site, in an empty folder
      --service-name=NAME   service.name of the app (default: the name in package.json)
      --from=FOLDER         install the packages from the tarballs in this folder
  -h, --help                print this text
      --version             print the version
`

export interface Options {
  readonly isConfirmed: boolean
  readonly isDryRun: boolean
  readonly installs: boolean
  readonly isForced: boolean
  /** Makes a worker in front of an existing site, in an empty folder. */
  readonly isGateway: boolean
  readonly serviceName: string | undefined
  /** The folder of the app, if it is not the current one. */
  readonly folder: string | undefined
  /** The folder with the packed packages. Default: the packages are installed from the registry. */
  readonly tarballs: string | undefined
  /** What the command prints instead of changing a project. */
  readonly prints: 'help' | 'version' | undefined
}

/** Parses the arguments of the command. Throws an error that names an unknown one. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      yes: { type: 'boolean', short: 'y', default: false },
      'dry-run': { type: 'boolean', default: false },
      'no-install': { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      gateway: { type: 'boolean', default: false },
      'service-name': { type: 'string' },
      dir: { type: 'string' },
      from: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', default: false },
    },
  })
  return {
    isConfirmed: values.yes,
    isDryRun: values['dry-run'],
    installs: !values['no-install'],
    isForced: values.force,
    isGateway: values.gateway,
    // An empty text is what an unset variable of a shell becomes.
    serviceName: values['service-name'] || undefined,
    folder: values.dir || undefined,
    tarballs: values.from || undefined,
    prints: values.help ? 'help' : values.version ? 'version' : undefined,
  }
}
