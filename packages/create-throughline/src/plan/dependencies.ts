import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { configNames } from '../detect/config-names.ts'
import { addJsonProperty } from '../edit/json.ts'
import { Refusal } from '../project/refusal.ts'
import { type Draft, editFile } from './draft.ts'

/** The range of the peer dependency of the packages. */
const API_RANGE = '^1.9.0'
const NODE_TYPES_RANGE = '^24.0.0'

type Section = 'dependencies' | 'devDependencies'

/** Plans the dependencies of a project in its package.json, which is created if there is none. */
export function planDependencies(draft: Draft, tarballs: string | undefined): void {
  const { project, manifest } = draft
  const wanted = wantedBy(draft, tarballs).filter(([name]) => !(name in manifest.dependencies))
  if (manifest.folder !== project.folder) {
    addToWorkspace(draft, wanted)
    return
  }
  const path = 'package.json'
  if (!project.has(path)) project.write(path, '{\n  "private": true\n}\n')
  for (const [name, section, range] of wanted) {
    const manual = { path, task: `Add to ${section}`, code: `"${name}": "${range}"` }
    editFile(draft, manual, (text) =>
      addJsonProperty(text, { path: [section, name], value: range, sorted: true }),
    )
  }
}

type Dependency = [name: string, section: Section, range: string]

/** A file outside of the project is not changed. */
function addToWorkspace({ project, manifest, manual }: Draft, wanted: readonly Dependency[]): void {
  const path = relative(project.folder, join(manifest.folder, 'package.json')).replaceAll('\\', '/')
  const code = wanted.map(([name, , range]) => `"${name}": "${range}"`).join(',\n')
  if (code !== '') manual.push({ path, task: 'Add to the dependencies of the workspace', code })
}

function wantedBy(draft: Draft, tarballs: string | undefined): Dependency[] {
  const range = (name: string) => rangeOf(name, draft.manifest.folder, tarballs)
  const own = [
    ...draft.packages,
    // A package that is not on npm is not found as a dependency of another one.
    ...(tarballs === undefined ? [] : ['@throughline/otel-shared']),
  ]
  return [
    ...own.map((name): Dependency => [name, 'dependencies', range(name)]),
    ['@opentelemetry/api', 'dependencies', API_RANGE],
    ['@throughline/otel-collector', 'devDependencies', range('@throughline/otel-collector')],
    ...(needsNodeTypes(draft) ? [['@types/node', 'devDependencies', NODE_TYPES_RANGE] as Dependency] : []),
  ]
}

/** True if the compiler checks a configuration that reads `process.env`. */
function needsNodeTypes({ project, manifest }: Draft): boolean {
  const config = project.find(...['vite', 'astro', 'next'].flatMap(configNames))
  return (
    'typescript' in manifest.dependencies &&
    config !== undefined &&
    /\.[cm]?ts$/.test(config) &&
    (project.read(config)?.includes('process.env.OTEL_') ?? false)
  )
}

function rangeOf(name: string, folder: string, tarballs: string | undefined): string {
  if (tarballs === undefined) return `^${ownVersion()}`
  const start = `${name.replace('@', '').replace('/', '-')}-`
  const file = readdirSync(tarballs).find((each) => each.startsWith(start) && each.endsWith('.tgz'))
  if (file === undefined)
    throw new Refusal(`${tarballs} has no ${start}….tgz. Run \`npm run pack\` in Throughline's repository.`)
  return `file:${relative(folder, resolve(tarballs, file)).replaceAll('\\', '/')}`
}

/** All packages of a release have one version. */
export function ownVersion(): string {
  const manifest = createRequire(import.meta.url)('create-throughline/package.json') as { version: string }
  return manifest.version
}
