import { posix } from 'node:path'
import { applyEdits } from 'jsonc-parser'
import type { Web } from '../../detect/web.ts'
import { findElements } from '../../edit/html.ts'
import { importsFrom, insertFirst, type Module, mentions, parseModule } from '../../edit/module.ts'
import type { Edit } from '../../edit/text.ts'
import type { Project } from '../../project/project.ts'
import { Refusal } from '../../project/refusal.ts'
import type { Draft } from '../draft.ts'
import { importSpecifier, isTracingImport, planTracingModule } from '../tracing-module.ts'
import { planProxy } from '../vite-config.ts'
import { reportReactErrors } from './react-errors.ts'
import { reportVueErrors } from './vue-errors.ts'

/** Plans tracing of an app that Vite builds: a module that starts it, imported first by the entry, and the proxy. */
export function planViteApp(draft: Draft, web: Web & { kind: 'vite' }, serviceName: string): void {
  const { project } = draft
  const path = findEntry(project)
  const text = project.read(path) ?? ''
  const entry = parseModule(path, text)
  if (!entry) throw new Refusal(`${path} has a syntax error. Mend it and run this again.`)
  draft.packages.add('@throughline/otel-web')
  if (!importsFrom(entry, isTracingImport)) {
    const tracing = planTracingModule(draft, posix.dirname(path), serviceName, entry)
    const specifier = importSpecifier(project, path, tracing)
    const reports = mentions(entry, 'tracing') ? undefined : reportErrors(draft, web, entry)
    const names = reports ? '{ tracing } from ' : ''
    const edits = [insertFirst(entry, `import ${names}'${specifier}';`), ...(reports ?? [])]
    project.write(path, applyEdits(text, edits))
  }
  planProxy(draft, 'vite', entry)
}

/** The edits by which the framework's own error handler reports to tracing, if the entry has a place for them. */
function reportErrors(
  draft: Draft,
  { framework }: Web & { kind: 'vite' },
  entry: Module,
): readonly Edit[] | undefined {
  if (framework === 'vue') {
    const edits = reportVueErrors(entry)
    if (!edits) draft.notes.push('Errors that Vue catches: see "Errors" in docs/frameworks/vue.md.')
    return edits
  }
  if (framework !== 'react') return undefined
  const major = Number(/\d+/.exec(draft.manifest.dependencies.react ?? '')?.[0])
  const edits = major >= 19 ? reportReactErrors(entry) : undefined
  if (!edits) {
    const guide = major >= 19 ? 'docs/frameworks/react-19.md' : 'docs/frameworks/react-18.md'
    draft.notes.push(`Errors that React catches: see "Errors of rendering" in ${guide}.`)
  }
  return edits
}

/** The module that index.html loads first. */
function findEntry(project: Project): string {
  const sources = findElements(project.read('index.html') ?? '')
    .filter(({ name, attributes }) => name === 'script' && attributes.type === 'module')
    .flatMap(({ attributes }) => (attributes.src === undefined ? [] : [attributes.src]))
    .map((source) =>
      source
        .split(/[?#]/, 1)
        .join('')
        .replace(/^\.?\//, ''),
    )
  const entry = sources.find((source) => /\.[cm]?[jt]sx?$/.test(source) && project.has(source))
  if (entry !== undefined) return entry
  throw new Refusal(
    'index.html has no <script type="module" src="…"> of a file of this project. ' +
      "Add tracing by hand: docs/embed.md#npm-vite in Throughline's repository.",
  )
}
