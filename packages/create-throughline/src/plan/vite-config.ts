import { applyEdits } from 'jsonc-parser'
import { configNames } from '../detect/config-names.ts'
import { findConfigObjects, followName, mayHold } from '../edit/config-object.ts'
import { inStyleOf, parseModule } from '../edit/module.ts'
import { addProperty } from '../edit/object.ts'
import { resolveImport } from '../project/resolve-import.ts'
import { type Draft, editFile } from './draft.ts'
import { namesPath, PATH } from './traces-path.ts'
import type { ModuleStyle } from './tracing-module.ts'

/** The address of the collector, as code. */
export const COLLECTOR = "process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"
const PROXY = `server: { proxy: { '${PATH}': ${COLLECTOR} } },`

/** Plans the proxy of Vite's development server, which forwards the spans of pages to the collector. */
export function planProxy(draft: Draft, tool: 'vite' | 'astro', style: ModuleStyle): void {
  const { project, manifest } = draft
  const path = project.find(...configNames(tool))
  if (path === undefined) {
    const source = tool === 'vite' ? 'vite' : 'astro/config'
    const body = tool === 'vite' ? PROXY : `vite: {\n    ${PROXY}\n  },`
    const ending = style.isTypeScript ? 'ts' : manifest.type === 'module' ? 'js' : 'mjs'
    const code = `import { defineConfig } from '${source}';\n\nexport default defineConfig({\n  ${body}\n});\n`
    project.write(`${tool}.config.${ending}`, inStyleOf(style, code))
    return
  }
  const code = tool === 'vite' ? PROXY : `vite: {\n  ${PROXY}\n},`
  const task = 'Add the proxy to the configuration of the development server'
  const readImport = (source: string) => {
    const file = resolveImport(project, path, source)
    return file === undefined ? undefined : project.read(file)
  }
  editFile(draft, { path, task, code }, (text) => addProxy(path, text, tool, readImport))
}

/**
 * Adds the proxy to each object of the text of a configuration. Returns `undefined` if it cannot be done safely.
 *
 * @param readImport the text of a file of the project that the configuration imports. A proxy in it may have an entry that matches
 *   first.
 */
export function addProxy(
  path: string,
  text: string,
  tool: 'vite' | 'astro',
  readImport: (source: string) => string | undefined = () => undefined,
): string | undefined {
  if (namesPath(text)) return text
  const module = parseModule(path, text)
  const configs = module && findConfigObjects(module, tool === 'astro' ? 'vite' : 'server')
  if (!configs) return undefined
  const edits = configs.map(({ object, scope, bases }) => {
    const inherited = bases.map((source) => readImport(source) ?? '').join('\n')
    if (namesPath(inherited)) return []
    if (/\bproxy\b/.test(inherited)) return undefined
    return addProperty(text, object, {
      path: [...(tool === 'astro' ? ['vite'] : []), 'server', 'proxy', PATH],
      value: inStyleOf(module, COLLECTOR),
      // Vite takes the first entry that matches.
      position: 'first',
      linesOfKeys: tool === 'astro' ? 1 : 0,
      language: 'JavaScript',
      quote: module.quote,
      mayHold: (spread, key) => mayHold(scope, spread, key),
      followName: (expression) => followName(scope, expression),
    })
  })
  if (edits.includes(undefined)) return undefined
  // Several objects may have the same constant as their server.
  const distinct = new Map(edits.flatMap((each) => each ?? []).map((each) => [JSON.stringify(each), each]))
  return applyEdits(text, [...distinct.values()])
}
