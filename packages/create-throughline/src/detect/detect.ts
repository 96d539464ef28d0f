import { join } from 'node:path'
import { openProject, type Project } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { describeUnsupported } from './unsupported.ts'
import { findFramework, findPages, findViteApp, nameOfWeb, type Web } from './web.ts'
import { findWorker, type Worker } from './worker.ts'

/** What a project consists of: pages, a worker, or both. */
export interface Detected {
  readonly manifest: Manifest
  readonly web: Web | undefined
  readonly worker: Worker | undefined
  /** For the user, such as `Vite with React`. */
  readonly name: string
}

/** How deep the package.json of an app may be, as in `apps/shop/web/package.json`. */
const MAX_DEPTH = 3

/**
 * Finds out what a project is. Throws a `Refusal` that says what to do if it is nothing that can be changed.
 *
 * @param isChosenFolder true if the user has named this folder, which then may be the root of a workspace
 */
export function detect(project: Project, isChosenFolder = false): Detected {
  const manifest = readManifest(project)
  if (manifest.hasWorkspaces && !isChosenFolder) refuseSeveral(project, ['.', ...findFolders(project)])
  const framework = findFramework(project, manifest)
  const unsupported = framework ? undefined : describeUnsupported(manifest.dependencies)
  if (unsupported !== undefined) throw new Refusal(unsupported)
  // The adapters of the frameworks generate the worker.
  const worker = framework ? undefined : findWorker(project, manifest)
  const web =
    framework ?? findViteApp(project, manifest) ?? (worker ? undefined : findPages(project, manifest))
  const name = [web && nameOfWeb(web), worker?.name].filter((each) => each !== undefined).join(' and ')
  if (name !== '') return { manifest, web, worker, name }
  if (!isChosenFolder) refuseSeveral(project, findFolders(project))
  const place = manifest.hasWorkspaces ? 'here or in the folders of this workspace' : 'here'
  throw new Refusal(
    'Found neither pages (Vite, SvelteKit, Next.js, Nuxt, Angular, Astro, index.html) nor a worker ' +
      `(wrangler.toml, wrangler.jsonc) ${place}. ` +
      'Run this in the folder of the app, or add tracing by hand: docs/embed.md and docs/deploy.md ' +
      "in Throughline's repository.",
  )
}

/** The folders below a project that may be apps: those with a package.json and, in Nx, those with a project.json. */
function findFolders(project: Project): string[] {
  const files = ['/package.json', ...(project.has('nx.json') ? ['/project.json'] : [])]
  const folders = files
    .flatMap((file) => project.list(file))
    .map((path) => path.split('/').slice(0, -1))
    .filter(({ length }) => length <= MAX_DEPTH)
    .map((parts) => parts.join('/'))
  return [...new Set(folders)].sort()
}

/** Throws a `Refusal` with the folders that are apps, unless it is none, or only the project itself. */
function refuseSeveral(project: Project, folders: readonly string[]): void {
  const apps = folders.flatMap((folder) => {
    const name = nameOfApp(join(project.folder, folder), folder === '.')
    return name === undefined ? [] : [{ folder, name }]
  })
  const first = apps.find(({ folder }) => folder !== '.')
  if (!first) return
  const list = apps.map(({ folder, name }) => `  --dir=${folder} (${name})`).join('\n')
  throw new Refusal(
    `The apps are in folders of their own. Run this again with the folder of one of them:\n${list}\n` +
      `For example: npm create throughline@latest -- --dir=${first.folder}`,
  )
}

function nameOfApp(folder: string, isChosenFolder: boolean): string | undefined {
  try {
    return detect(openProject(folder), isChosenFolder).name
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
