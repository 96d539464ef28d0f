import { posix } from 'node:path'
import { applyEdits } from 'jsonc-parser'
import { configNames } from '../../detect/config-names.ts'
import type { Web } from '../../detect/web.ts'
import { findElements } from '../../edit/html.ts'
import { insertFirst, type Module } from '../../edit/module.ts'
import type { Edit } from '../../edit/text.ts'
import type { Project } from '../../project/project.ts'
import { Refusal } from '../../project/refusal.ts'
import type { Draft } from '../draft.ts'
import { importSpecifier, parseEntry, planTracingModule, startsTracing } from '../tracing-module.ts'
import { planProxy } from '../vite-config.ts'
import { hasTag } from './html.ts'
import { reportReactErrors } from './react-errors.ts'
import { reportVueErrors } from './vue-errors.ts'

/** Plans tracing of an app that Vite builds: a module that starts it, imported first by the entry, and the proxy. */
export function planViteApp(draft: Draft, web: Web & { kind: 'vite' }, serviceName: string): void {
  const { project } = draft
  const path = findEntry(project, 'index.html')
  if (path === undefined)
    throw new Refusal(
      'index.html has no <script type="module" src="…"> of a file of this project. ' +
        "Add tracing by hand: docs/embed.md#npm-vite in Throughline's repository.",
    )
  const entry = parseEntry(project, path)
  if (hasTag(project.read('index.html') ?? '')) {
    planProxy(draft, 'vite', entry)
    return
  }
  draft.packages.add('@throughline/otel-web')
  const others = findOtherPages(project).flatMap((page) => findEntry(project, page) ?? [])
  for (const each of new Set([path, ...others])) {
    const module = parseEntry(project, each)
    if (startsTracing(project, module)) continue
    const tracing = planTracingModule(draft, posix.dirname(path), serviceName, entry)
    const specifier = importSpecifier(project, each, tracing)
    const reports = reportErrors(draft, web, module)
    const names = reports ? '{ tracing } from ' : ''
    const edits = [insertFirst(module, `import ${names}'${specifier}';`), ...(reports ?? [])]
    project.write(each, applyEdits(module.text, edits))
  }
  planProxy(draft, 'vite', entry)
}

/** The pages besides index.html that Vite builds because its configuration names them. */
function findOtherPages(project: Project): string[] {
  const config = project.read(project.find(...configNames('vite')) ?? '') ?? ''
  return project.list('.html').filter((page) => page !== 'index.html' && config.includes(page))
}

/** The edits by which the framework's own error handler reports to tracing, if the entry has a place for them. */
function reportErrors(
  draft: Draft,
  { framework }: Web & { kind: 'vite' },
  entry: Module,
): readonly Edit[] | undefined {
  if (framework === 'vue') {
    const edits = reportVueErrors(entry)
    if (!edits) draft.notes.push('To record errors that Vue catches, see "Errors" in docs/frameworks/vue.md.')
    return edits
  }
  if (framework !== 'react') return undefined
  const major = Number(/\d+/.exec(draft.manifest.dependencies.react ?? '')?.[0])
  const edits = major >= 19 ? reportReactErrors(entry) : undefined
  if (!edits) {
    const guide = major >= 19 ? 'docs/frameworks/react-19.md' : 'docs/frameworks/react-18.md'
    draft.notes.push(`To record errors that React catches, see "Errors of rendering" in ${guide}.`)
  }
  return edits
}

/** The module of the project that a page loads first. */
function findEntry(project: Project, page: string): string | undefined {
  return findElements(project.read(page) ?? '')
    .filter(({ name, attributes }) => name === 'script' && attributes.type === 'module')
    .map(({ attributes: { src = '' } }) => src.replace(/[?#].*/s, ''))
    .map((src) => (src.startsWith('/') ? src.slice(1) : posix.join(posix.dirname(page), src)))
    .find((path) => /\.[cm]?[jt]sx?$/.test(path) && project.has(path))
}
