import { basename } from 'node:path'
import { detect } from '../detect/detect.ts'
import type { Change, Project } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import { planDependencies } from './dependencies.ts'
import type { Draft, ManualEdit } from './draft.ts'
import { isEmpty, planNewApp } from './new-app.ts'
import { GATEWAY_SCRIPTS, planNewGateway } from './new-gateway.ts'
import { planAngular } from './web/angular.ts'
import { planAstro } from './web/astro.ts'
import { planHtml } from './web/html.ts'
import { planNextjs } from './web/nextjs.ts'
import { planNuxt } from './web/nuxt.ts'
import { planSvelteKit } from './web/sveltekit.ts'
import { planViteApp } from './web/vite-app.ts'
import { planWorker } from './worker.ts'

export interface PlanOptions {
  /** `service.name` of the pages, or of the worker if there are no pages. Default: the name in package.json. */
  readonly serviceName?: string | undefined
  /** Whether the user has named the folder, which then may be the root of a workspace. Default: false. */
  readonly isChosenFolder?: boolean
  /** Makes a gateway in front of an existing site, in an empty folder. Default: false. */
  readonly isGateway?: boolean
  /** The folder of the packed packages. Default: the packages are installed from the registry. */
  readonly tarballs?: string | undefined
}

/** What is changed in a project. */
export interface Plan {
  /** What the project is, such as `Vite with React`. */
  readonly name: string
  readonly changes: readonly Change[]
  readonly manual: readonly ManualEdit[]
  readonly notes: readonly string[]
  /** The folder that the files of the script tag are copied to after the installation. */
  readonly scriptFolder: string | undefined
  /** The field of package.json. */
  readonly packageManager: string | undefined
}

/** Finds out what a project is and computes all new texts. Throws a `Refusal` if nothing can be done. */
export function makePlan(project: Project, options: PlanOptions = {}): Plan {
  const { serviceName, isChosenFolder, isGateway, tarballs } = options
  const isNew = isEmpty(project.folder)
  if (isGateway) return makeGatewayPlan(project, { serviceName, tarballs })
  if (isNew) planNewApp(project, serviceName ?? packageName(basename(project.folder)))
  const { manifest, web, worker, name } = detect(project, isChosenFolder)
  const draft: Draft = { project, manifest, packages: new Set(), manual: [], notes: [] }
  const appName = serviceName ?? nameOf(manifest.name ?? basename(project.folder))
  if (web?.kind === 'vite') planViteApp(draft, web, appName)
  if (web?.kind === 'sveltekit') planSvelteKit(draft, appName)
  if (web?.kind === 'astro') planAstro(draft, appName)
  if (web?.kind === 'nextjs') planNextjs(draft, appName)
  if (web?.kind === 'nuxt') planNuxt(draft, appName)
  if (web?.kind === 'angular') planAngular(draft, appName)
  if (web?.kind === 'html') planHtml(draft, web.folder, appName)
  if (worker) {
    const workerName = nameOf(String(worker.settings.name ?? `${appName}-worker`))
    planWorker(draft, worker, web ? distinct(workerName, appName) : (serviceName ?? workerName))
  }
  planDependencies(draft, tarballs)
  return {
    name: isNew ? `an empty folder. The new app is ${name}` : name,
    changes: project.changes(),
    manual: draft.manual,
    notes: [...new Set(draft.notes)],
    scriptFolder: web?.kind === 'html' ? web.folder : undefined,
    packageManager: manifest.packageManager,
  }
}

function makeGatewayPlan(project: Project, { serviceName, tarballs }: PlanOptions): Plan {
  if (!isEmpty(project.folder))
    throw new Refusal(
      `--gateway makes a new worker, and ${project.folder} is not empty. Run it in an empty folder.`,
    )
  planNewGateway(project, packageName(serviceName ?? basename(project.folder)))
  const { manifest } = detect(project)
  const draft: Draft = { project, manifest, packages: new Set(), manual: [], notes: [] }
  draft.packages.add('@throughline/otel-edge').add('@throughline/otel-web')
  planDependencies(draft, tarballs)
  const { manual, notes } = draft
  return {
    ...{ name: 'an empty folder. The new worker is a gateway', changes: project.changes(), manual, notes },
    scriptFolder: GATEWAY_SCRIPTS,
    packageManager: undefined,
  }
}

/** A name that a package and a worker may have. */
function packageName(folder: string): string {
  return (
    folder
      .toLowerCase()
      .replace(/[^a-z\d]+/g, '-')
      .replace(/^-|-$/g, '') || 'app'
  )
}

/** A name without the scope of a package. */
function nameOf(name: string): string {
  return name.replace(/^@[^/]*\//, '')
}

function distinct(worker: string, pages: string): string {
  return worker === pages ? `${worker}-worker` : worker
}
