import { parseJson } from '../edit/json.ts'
import { openProject, type Project } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import { findNxRoot, usesDependency } from './nx.ts'

/** The fields of package.json that are read. Values of other types count as missing. */
export interface Manifest {
  readonly name: string | undefined
  readonly type: string | undefined
  readonly packageManager: string | undefined
  readonly hasWorkspaces: boolean
  /** The folder of package.json. It is not the project's own for an app of Nx that has none. */
  readonly folder: string
  /** All dependencies, those for development and peers included. */
  readonly dependencies: Readonly<Record<string, string>>
}

/** Files that only the root of a workspace has. */
const WORKSPACE_FILES = ['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'rush.json']

/**
 * Reads the package.json of a project, or that of the Nx workspace around a project without one. Without both, all fields are
 * empty. Throws a `Refusal` for a syntax error.
 */
export function readManifest(project: Project): Manifest {
  const own = parseManifest(project)
  const isInRoot = project.has('nx.json')
  const root = project.has('package.json') || isInRoot ? undefined : findNxRoot(project.folder)
  if (root === undefined && !isInRoot) return own
  const { packageManager, dependencies } = root === undefined ? own : parseManifest(openProject(root))
  return {
    ...own,
    ...{ folder: root ?? own.folder, packageManager },
    dependencies: Object.fromEntries(
      Object.entries(dependencies).filter(([name]) => usesDependency(project, name)),
    ),
  }
}

function parseManifest(project: Project): Manifest {
  const fields = parseJson(project.read('package.json') ?? '{}')
  if (!fields) throw new Refusal('package.json has a syntax error. Fix it and run this again.')
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const record = (value: unknown) => (typeof value === 'object' && value !== null ? value : {})
  return {
    name: text(fields.name),
    type: text(fields.type),
    packageManager: text(fields.packageManager),
    hasWorkspaces: 'workspaces' in fields || project.find(...WORKSPACE_FILES) !== undefined,
    folder: project.folder,
    dependencies: {
      ...record(fields.peerDependencies),
      ...record(fields.devDependencies),
      ...record(fields.dependencies),
    },
  }
}
