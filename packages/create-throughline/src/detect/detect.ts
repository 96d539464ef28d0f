import { join } from 'node:path'
import { type Manifest, openProject, type Project, readManifest } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
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

/** Finds out what a project is. Throws a `Refusal` that says what to do if it is nothing that can be changed. */
export function detect(project: Project): Detected {
  const manifest = readManifest(project)
  if (manifest.hasWorkspaces) refuseSeveral(findApps(project))
  const framework = findFramework(project, manifest)
  const unsupported = framework ? undefined : describeUnsupported(manifest.dependencies)
  if (unsupported !== undefined) throw new Refusal(unsupported)
  // The adapters of the frameworks generate the worker.
  const worker = framework ? undefined : findWorker(project, manifest)
  const web =
    framework ?? findViteApp(project, manifest) ?? (worker ? undefined : findPages(project, manifest))
  const name = [web && nameOfWeb(web), worker?.name].filter((each) => each !== undefined).join(' and ')
  if (name !== '') return { manifest, web, worker, name }
  refuseSeveral(findApps(project))
  throw new Refusal(
    'Found neither pages (Vite, SvelteKit, Next.js, Nuxt, Angular, Astro, index.html) nor a worker ' +
      '(wrangler.toml, wrangler.jsonc) here. ' +
      'Run this in the folder of the app, or add tracing by hand: docs/embed.md and docs/deploy.md ' +
      "in Throughline's repository.",
  )
}

/** The folders below a project that are apps, each with what it is. */
function findApps(project: Project): string[] {
  return project
    .list('/package.json')
    .map((path) => path.split('/').slice(0, -1))
    .filter(({ length }) => length <= MAX_DEPTH)
    .flatMap((parts) => {
      const folder = parts.join('/')
      try {
        return [`${folder} (${detect(openProject(join(project.folder, folder))).name})`]
      } catch (error) {
        if (error instanceof Refusal) return []
        throw error
      }
    })
    .sort()
}

function refuseSeveral(apps: readonly string[]): void {
  if (apps.length === 0) return
  const list = apps.map((app) => `  ${app}`).join('\n')
  throw new Refusal(`The apps are in folders of their own. Run this in one of them:\n${list}`)
}
