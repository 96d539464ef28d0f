import { posix } from 'node:path'
import { locate, type SourceFile, visitNodes } from './source-file.ts'

/**
 * Which workspaces the source of a workspace may import, type imports included:
 * apps → otel-web | otel-edge | otel-collector → otel-shared. Tests are not checked.
 */
const WORKSPACES: Readonly<Record<string, readonly string[]>> = {
  'apps/backend': [],
  'apps/backend-node': [],
  'apps/edge': ['otel-edge', 'otel-web'],
  'apps/web': ['otel-web'],
  'packages/create-throughline': [],
  'packages/otel-collector': ['otel-shared'],
  'packages/otel-edge': ['otel-shared'],
  'packages/otel-shared': [],
  'packages/otel-testing': ['otel-shared'],
  'packages/otel-web': ['otel-shared'],
  'packages/throughline': ['otel-shared'],
}

/**
 * The folders and files of a package's `src`, lowest first: each may import itself and those before it. `.` means the
 * files of `src` itself that are not named.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'packages/create-throughline': [
    'edit',
    'project',
    'detect',
    'plan',
    'plan/web',
    'plan/make-plan.ts',
    'cli',
    '.',
  ],
  'packages/otel-collector': [
    'spans',
    'store/database',
    'store/read',
    'store/write',
    'http',
    'jaeger',
    'receiver',
    'query',
    'start-collector.ts',
    'cli',
    'viewer/format',
    'viewer/data',
    'viewer/controls',
    'viewer/search',
    'viewer/graph',
    'viewer/trace',
    'viewer/compare',
    'viewer',
    '.',
  ],
  'packages/otel-edge': [
    'limits.ts',
    'config/trust.ts',
    'options.ts',
    'platform',
    'propagation',
    'config',
    'core',
    'trace',
    'export',
    'http',
    'bindings',
    'components',
    'sdk.ts',
    'logs',
    'hono',
    'handlers',
    'relay',
    '.',
  ],
  'packages/otel-shared': [
    'limits.ts',
    'text',
    'context',
    'http',
    'semconv.ts',
    'trace',
    'sampling',
    'propagation',
    'otlp',
    'otlp/protobuf',
    'otlp/json',
    'otlp/response',
    'otlp/encoding.ts',
    'redaction',
    'delivery',
    'config',
    '.',
  ],
  'packages/otel-testing': ['trace', 'collector', 'page', 'worker', '.'],
  'packages/otel-web': [
    'platform',
    'privacy',
    'sampling',
    'options.ts',
    'core',
    'context',
    'session',
    'actions',
    'export',
    'http',
    'tracing.ts',
    'instrumentation/react',
    'loader',
    'page-http.ts',
    'page-sdk.ts',
    'instrumentation/react/index.ts',
    'instrumentation',
    'extras',
    'tracing-handle.ts',
    'run-tracing.ts',
    'script',
    'preact',
    'vite',
    '.',
  ],
  'packages/throughline': [
    'http',
    'doctor/parse',
    'doctor/trace',
    'doctor/target',
    'doctor/browser',
    'doctor/observe',
    'doctor/checks',
    'doctor/run-doctor.ts',
    'doctor/report',
    'doctor',
    'cli',
    '.',
  ],
}

/** Finds imports of a workspace's source that leave it by a relative path, or that point against the order above. */
export function findForbiddenImports(file: SourceFile): string[] {
  const [parent, name] = file.path.split('/')
  const workspace = `${parent}/${name}`
  const allowed = WORKSPACES[workspace]
  if (!allowed) return [`${file.path}: ${workspace} is missing from WORKSPACES in scripts/checks/imports.ts`]
  return findImports(file).flatMap(({ specifier, start }) => {
    const problem = specifier.startsWith('.')
      ? findInnerProblem(file.path, posix.join(posix.dirname(file.path), specifier), workspace)
      : findOuterProblem(specifier, allowed)
    return problem ? [`${locate(file, start)} imports ${specifier}: ${problem}`] : []
  })
}

interface Import {
  readonly specifier: string
  readonly start: number
}

/** `import … from`, `export … from`, `import()`, and `import('…').Type`. */
function findImports({ statements }: SourceFile): Import[] {
  const found: Import[] = []
  visitNodes(statements, ({ type, source, start }) => {
    const specifier = (source as { readonly value?: unknown } | null | undefined)?.value
    if (/^(?:Import|Export|TSImport)/.test(type) && typeof specifier === 'string')
      found.push({ specifier, start })
  })
  return found
}

function findOuterProblem(specifier: string, allowed: readonly string[]): string | undefined {
  const [, name] = /^@throughline\/([^/]+)/.exec(specifier) ?? []
  return name === undefined || allowed.includes(name) ? undefined : `${name} is not below this workspace`
}

function findInnerProblem(from: string, to: string, workspace: string): string | undefined {
  if (!to.startsWith(`${workspace}/`)) return 'the path leaves the workspace; import the package'
  const source = `${workspace}/src/`
  const layers = LAYERS[workspace]
  if (!layers || !to.startsWith(source)) return undefined
  const [fromLayer, toLayer] = [from, to].map((path) => findLayer(layers, path.slice(source.length)))
  if (fromLayer === undefined || toLayer === undefined)
    return `its folder or that of the importing file is missing from LAYERS in scripts/checks/imports.ts`
  return toLayer > fromLayer ? `${layers[toLayer]} is above ${layers[fromLayer]}` : undefined
}

/** The index of the longest entry that is the file or a folder around it; `undefined` for a folder that is not listed. */
function findLayer(layers: readonly string[], path: string): number | undefined {
  const own = layers.filter((layer) => path === layer || path.startsWith(`${layer}/`))
  const [longest] = own.sort((a, b) => b.length - a.length)
  const index = layers.indexOf(longest ?? (path.includes('/') ? '' : '.'))
  return index === -1 ? undefined : index
}
