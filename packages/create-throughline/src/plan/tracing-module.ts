import { posix } from 'node:path'
import { parseJson } from '../edit/json.ts'
import { type CodeStyle, importsFrom, inStyleOf, type Module, parseModule } from '../edit/module.ts'
import type { Project } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import { resolveImport } from '../project/resolve-import.ts'
import type { Draft } from './draft.ts'

const PACKAGE = '@throughline/otel-web'

/** What decides how a new module is written. */
export type ModuleStyle = CodeStyle & Pick<Module, 'isTypeScript'>

/** The style of new modules: that of a configuration, if there is one. */
export function styleOfConfig(
  project: Project,
  path: string | undefined,
  isTypeScript: boolean,
): ModuleStyle {
  const module = path === undefined ? undefined : parseModule(path, project.read(path) ?? '')
  const { semicolon = ';', quote = "'", newline = '\n', indent = '  ' } = module ?? {}
  return { isTypeScript, semicolon, quote, newline, indent }
}

/** Parses a module of the project. Throws a `Refusal` if it has a syntax error. */
export function parseEntry(project: Project, path: string): Module {
  const module = parseModule(path, project.read(path) ?? '')
  if (!module) throw new Refusal(`${path} has a syntax error. Fix it and run this again.`)
  return module
}

/** Plans the module that starts tracing, unless there is one. Returns its path. */
export function planTracingModule(
  draft: Draft,
  folder: string,
  serviceName: string,
  style: ModuleStyle,
): string {
  const { project } = draft
  const ending = style.isTypeScript ? 'ts' : 'js'
  const paths = ['tracing', 'throughline'].map((name) => posix.join(folder, `${name}.${ending}`))
  const existing = paths.find((path) => project.read(path)?.includes(PACKAGE))
  if (existing !== undefined) return existing
  const path = paths.find((each) => !project.has(each)) ?? posix.join(folder, `throughline-tracing.${ending}`)
  const code =
    `import { startTracing } from '${PACKAGE}';\n\n` +
    `export const tracing = startTracing({ serviceName: ${quoted(serviceName)} });\n`
  project.write(path, inStyleOf(style, code))
  return path
}

/** A text in single quotes, which `inStyleOf` replaces by those of the module. Quotes, backslashes and control characters in it are removed. */
export function quoted(text: string): string {
  return `'${text.replace(/['"\\\p{Cc}]/gu, '')}'`
}

/** True if a module imports the package, or a module of the project that starts tracing. */
export function startsTracing(project: Project, module: Module): boolean {
  return importsFrom(module, (specifier) => {
    if (specifier === PACKAGE) return true
    const path = resolveImport(project, module.path, specifier)
    const text = path === undefined ? '' : (project.read(path) ?? '')
    return text.includes(PACKAGE) && text.includes('startTracing(')
  })
}

/** The specifier by which a file imports another one. */
export function importSpecifier(project: Project, from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to)
  const specifier = path.startsWith('.') ? path : `./${path}`
  return allowsEndings(project) ? specifier : specifier.replace(/\.ts$/, '')
}

/** True if the compiler accepts `.ts` in imports. A setting may come from an `extends`, which is not followed. */
function allowsEndings(project: Project): boolean {
  const configs = ['tsconfig.json', 'tsconfig.app.json', 'tsconfig.base.json'].filter(project.has)
  return (
    configs.length === 0 ||
    configs.some((path) => {
      const { compilerOptions } = parseJson(project.read(path) ?? '') ?? {}
      const options = (compilerOptions ?? {}) as Record<string, unknown>
      return options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true
    })
  )
}
