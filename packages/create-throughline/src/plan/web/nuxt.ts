import { posix } from 'node:path'
import { configNames } from '../../detect/config-names.ts'
import { findConfigObject } from '../../edit/config-object.ts'
import { inStyleOf, type Module, mentions, parseModule } from '../../edit/module.ts'
import { findProperty } from '../../edit/object.ts'
import { Refusal } from '../../project/refusal.ts'
import type { Draft } from '../draft.ts'
import { namesPath, PATH } from '../traces-path.ts'
import { quoted, styleOfConfig } from '../tracing-module.ts'
import { COLLECTOR } from '../vite-config.ts'

/** Files and folders of an app whose source folder is the project, as in Nuxt 3. */
const IN_ROOT = ['app.vue', 'error.vue', 'pages/index.vue', 'layouts/default.vue']

/** Plans tracing of a Nuxt app: a plugin for the browser starts it and reports errors, a route forwards spans. */
export function planNuxt(draft: Draft, serviceName: string): void {
  const { project, manifest } = draft
  const config = project.find(...configNames('nuxt'))
  const { sources, server } = findFolders(draft, config)
  const isTypeScript =
    'typescript' in manifest.dependencies || project.has('tsconfig.json') || config?.endsWith('.ts') === true
  const style = styleOfConfig(project, config, isTypeScript)
  const ending = isTypeScript ? 'ts' : 'js'
  const files = [...project.list('.ts'), ...project.list('.js'), ...project.list('.mjs')]
  draft.packages.add('@throughline/otel-web')
  if (!files.some((path) => project.read(path)?.includes('startTracing('))) {
    const paths = ['tracing', 'throughline'].map((name) => `plugins/${name}.client.${ending}`)
    const path = paths.map((each) => posix.join(sources, each)).find((each) => !project.has(each))
    if (path === undefined)
      throw new Refusal(
        `${paths.join(' and ')} in ${sources} do not start tracing. Rename one of them and run this again.`,
      )
    project.write(path, inStyleOf(style, pluginText(serviceName)))
  }
  const hasRoute = files.some(
    (path) => !posix.relative(server, path).startsWith('..') && /v1\/traces\b/.test(path),
  )
  if (!hasRoute && !namesPath(project.read(config ?? '') ?? ''))
    project.write(posix.join(server, `routes/v1/traces.post.${ending}`), inStyleOf(style, ROUTE))
}

const pluginText = (serviceName: string) => `import { startTracing } from '@throughline/otel-web';

const tracing = startTracing({ serviceName: ${quoted(serviceName)} });

export default defineNuxtPlugin({ hooks: { 'vue:error': (error) => tracing.recordError(error) } });
`

const ROUTE = `const collector = ${COLLECTOR};

export default defineEventHandler((event) => proxyRequest(event, \`\${collector}${PATH}\`));
`

/** The folders of the app and of its server. Throws a `Refusal` if the configuration computes them. */
function findFolders(
  { project, manifest }: Draft,
  config: string | undefined,
): { readonly sources: string; readonly server: string } {
  const major = Number(/\d+/.exec(manifest.dependencies.nuxt ?? '')?.[0] ?? 4)
  if (major < 3)
    throw new Refusal(
      `This is an app of Nuxt ${major}, which create-throughline does not change. ` +
        "Add tracing by hand: docs/embed.md#script-tag in Throughline's repository.",
    )
  const module = config === undefined ? undefined : parseModule(config, project.read(config) ?? '')
  if (config !== undefined && !module)
    throw new Refusal(`${config} has a syntax error. Fix it and run this again.`)
  const isNewLayout = major > 3 || (module !== undefined && mentions(module, 'compatibilityVersion'))
  const isInRoot = !isNewLayout || (project.find(...IN_ROOT) !== undefined && !project.has('app/app.vue'))
  const sources = readFolder(module, 'srcDir') ?? (isInRoot ? '.' : 'app')
  const server = readFolder(module, 'serverDir') ?? (isNewLayout ? 'server' : posix.join(sources, 'server'))
  return { sources, server }
}

/** The folder that an option of the configuration names. */
function readFolder(module: Module | undefined, option: string): string | undefined {
  if (!module || !mentions(module, option)) return undefined
  const config = findConfigObject(module)
  const value = config && findProperty(config, option)?.value
  if (value?.type === 'StringLiteral' && /^[\w./-]+$/.test(value.value)) return posix.join(value.value, '.')
  throw new Refusal(
    `The option ${option} in ${module.path} is not a plain string. Add tracing by hand: docs/frameworks/nuxt.md ` +
      "in Throughline's repository.",
  )
}
