import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../command.ts'
import { type Option, readOptions } from './read-options.ts'

/** The page that lists the options, relative to the root of the repository. */
export const OPTIONS_PAGE = 'docs/options.md'

const SECTIONS = [
  {
    title: 'Browser: `startTracing`',
    text: 'The attributes of the script tag are in [Embed](embed.md#script-tag).',
    file: 'packages/otel-web/src/options.ts',
    interfaceName: 'TracingOptions',
  },
  {
    title: 'Edge: `tracing`, `instrument` and the other wrappers',
    text: 'An option takes precedence over the `OTEL_*` variables of the worker, which are in [Deploy](deploy.md#3-your-own-workers).',
    file: 'packages/otel-edge/src/options.ts',
    interfaceName: 'EdgeOptions',
  },
  ...[
    ['exporter', 'ExporterOptions'],
    ['sampler', 'SamplerOptions'],
    ['keep', 'KeepOptions'],
  ].map(([name, interfaceName = '']) => ({
    title: `Edge: \`${name}\``,
    text: '',
    file: 'packages/otel-edge/src/options.ts',
    interfaceName,
  })),
  {
    title: 'Edge: `relay`',
    text: 'The relay accepts the spans of pages ([Deploy](deploy.md#5-the-relay-on-the-open-internet)).',
    file: 'packages/otel-edge/src/relay/relay-options.ts',
    interfaceName: 'RelayOptions',
  },
]

/** The Markdown of the page, from the interfaces in the source. Its tables are not aligned. */
export function formatOptionsPage(): string {
  const sections = SECTIONS.map(({ title, text, file, interfaceName }) =>
    [`## ${title}`, text, formatTable(readOptions(readFileSync(join(ROOT, file), 'utf8'), interfaceName))]
      .filter((part) => part !== '')
      .join('\n\n'),
  )
  const note = '<!-- Generated from the types by `npm run options-page`. -->'
  return `${['# Options', note, ...sections].join('\n\n')}\n`
}

/** True if two pages differ in nothing but the alignment of their tables. */
export function isSamePage(left: string, right: string): boolean {
  return withoutAlignment(left) === withoutAlignment(right)
}

function formatTable(options: readonly Option[]): string {
  const rows = options.map(({ name, type, isRequired, text, defaultText }) => [
    `\`${name}\``,
    `\`${type.replaceAll('|', '\\|')}\``,
    text,
    isRequired ? 'required' : defaultText,
  ])
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [['option', 'type', 'meaning', 'default'], ['---', '---', '---', '---'], ...rows]
    .map(line)
    .join('\n')
}

function withoutAlignment(page: string): string {
  return page.replace(/-{3,}/g, '---').replace(/ +/g, ' ')
}
