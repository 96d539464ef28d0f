import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/command.ts'

/** The commands of a guide, by the names in their fences. Only compiled languages have `build`. */
type CommandName = 'install' | 'build' | 'start'

/** A page of docs/backends: the app that it shows, and how it is installed and started. */
export interface Guide {
  readonly page: string
  /** The texts of the files, by path in the folder of the app. */
  readonly files: ReadonlyMap<string, string>
  readonly commands: ReadonlyMap<CommandName, string>
}

const FENCE = /^```\w+ (file|run)=(\S+)\n([\s\S]*?)^```$/gm

/** Reads the page of a language. */
export function readGuide(language: string): Guide {
  const page = `docs/backends/${language}.md`
  const fences = [...readFileSync(join(ROOT, page), 'utf8').matchAll(FENCE)]
  const named = (kind: string) =>
    fences.flatMap(([, kindOfFence, name = '', text = '']) =>
      kindOfFence === kind ? [[name, text] as const] : [],
    )
  return { page, files: new Map(named('file')), commands: new Map(named('run') as [CommandName, string][]) }
}

/** What a guide's commands name, which is different for each process of the tests. */
export interface Addresses {
  /** The `service.name`. */
  readonly service: string
  readonly port: number
  /** The base address of the collector. */
  readonly otlpUrl: string
  /** The service that the app calls. */
  readonly stockUrl: string
}

/** The `start` command of a guide with other names and addresses. */
export function startCommand({ page, commands }: Guide, addresses: Addresses): string {
  const { service, port, otlpUrl, stockUrl } = addresses
  // The port first: the other addresses can contain its digits.
  return [
    ['8000', String(port)],
    ['OTEL_SERVICE_NAME=orders', `OTEL_SERVICE_NAME=${service}`],
    ['http://localhost:4318', otlpUrl],
    ['http://localhost:8001', stockUrl],
  ].reduce(
    (command, [shown = '', used = '']) => replaceOnce(command, { shown, used, page }),
    commands.get('start') ?? '',
  )
}

/** Throws an `Error` if the text is not there exactly once, so that a change of a page cannot go unnoticed. */
export function replaceOnce(
  text: string,
  { shown, used, page }: { readonly shown: string; readonly used: string; readonly page: string },
): string {
  const parts = text.split(shown)
  if (parts.length !== 2)
    throw new Error(`${page}: ${shown} occurs ${parts.length - 1} times in \`run=start\``)
  return parts.join(used)
}
