import { configNames } from '../../detect/config-names.ts'
import { findElements, type PageElement } from '../../edit/html.ts'
import { inStyleOf } from '../../edit/module.ts'
import { indentUnitOf, lineIndentAt, newlineOf } from '../../edit/text.ts'
import { Refusal } from '../../project/refusal.ts'
import { type Draft, editFile } from '../draft.ts'
import { importSpecifier, planTracingModule, styleOfConfig } from '../tracing-module.ts'
import { planProxy } from '../vite-config.ts'

/** Plans tracing of an Astro site: a script in each head starts it, and the proxy forwards spans. */
export function planAstro(draft: Draft, serviceName: string): void {
  const { project } = draft
  const pages = project
    .list('.astro')
    .filter((path) => path.startsWith('src/') && findHead(project.read(path) ?? '') !== undefined)
  if (pages.length === 0)
    throw new Refusal(
      'No file in src has a <head>. Add tracing by hand: docs/frameworks/astro.md ' +
        "in Throughline's repository.",
    )
  draft.packages.add('@throughline/otel-web')
  const style = styleOfConfig(project, project.find(...configNames('astro')), true)
  for (const path of pages) {
    if (project.read(path)?.includes('startTracing(')) continue
    const tracing = planTracingModule(draft, 'src', serviceName, style)
    const specifier = importSpecifier(project, path, tracing).replace(/(?<!\.ts)$/, '.ts')
    const line = inStyleOf(style, `import '${specifier}';`)
    const task = 'Add a script to the head'
    editFile(draft, { path, task, code: `<script>\n  ${line}\n</script>` }, (text) => addScript(text, line))
  }
  planProxy(draft, 'astro', style)
}

/** Adds an import to the first script of the head, or a script with it after the title. */
export function addScript(text: string, line: string): string | undefined {
  // A formatter may have changed the quotes.
  if (withoutFormat(text).includes(withoutFormat(line))) return text
  const head = findHead(text)
  if (!head) return undefined
  const newline = newlineOf(text)
  // A script with attributes is not bundled. https://docs.astro.build/en/guides/client-side-scripts/
  const [first] = head.scripts
  if (first && Object.keys(first.attributes).length === 0) {
    const indent = lineIndentAt(text, first.start) + indentUnitOf(text)
    const next = text.slice(first.end)
    const rest = /^[ \t]*\r?\n/.test(next) ? next : newline + indent + next.trimStart()
    return text.slice(0, first.end) + newline + indent + line + rest
  }
  const { after } = head
  const indent = after.isHead
    ? lineIndentAt(text, after.start) + indentUnitOf(text)
    : lineIndentAt(text, after.start)
  const script = ['<script>', indentUnitOf(text) + line, '</script>']
    .map((each) => newline + indent + each)
    .join('')
  return text.slice(0, after.offset) + script + text.slice(after.offset)
}

/** Code without what a formatter changes in an import. */
function withoutFormat(code: string): string {
  return code.replaceAll('"', "'").replace(/;$/, '')
}

interface Head {
  readonly scripts: readonly PageElement[]
  /** Where a script is inserted: after the title, or first. */
  readonly after: { readonly offset: number; readonly start: number; readonly isHead: boolean }
}

/** The head in the template of an Astro file: expressions in braces make a parser of HTML end it early. */
function findHead(text: string): Head | undefined {
  const isFenced = text.trimStart().startsWith('---')
  const offset = isFenced ? text.indexOf('\n---', text.indexOf('---')) + '\n---'.length : 0
  // The parser sees white space in place of the code, so that offsets stay.
  const elements = findElements(' '.repeat(offset) + text.slice(offset))
  const head = elements.find(({ name }) => name === 'head')
  if (!head) return undefined
  const end = text.indexOf('</head', head.end)
  const inner = elements.filter(({ start }) => start >= head.end && (end < 0 || start < end))
  const title = inner.find(({ name }) => name === 'title')
  return {
    scripts: inner.filter(({ name }) => name === 'script').slice(0, 1),
    after: title
      ? { offset: title.outerEnd, start: title.start, isHead: false }
      : { offset: head.end, start: head.start, isHead: true },
  }
}
