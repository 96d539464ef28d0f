import type { Project } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import { configNames } from './config-names.ts'
import type { Manifest } from './manifest.ts'

/** What the pages of a project are made with. */
export type Web =
  | { readonly kind: 'vite'; readonly framework: 'react' | 'vue' | 'svelte' | 'none' }
  | { readonly kind: 'sveltekit' | 'astro' | 'nextjs' | 'nuxt' | 'angular' }
  | { readonly kind: 'html'; readonly folder: string }

/** Folders that pages without a build are in. `.` is the project. */
const PAGE_FOLDERS = ['.', 'public', 'static', 'www', 'site', 'src']

const FRAMEWORK_NAMES = {
  react: 'Vite with React',
  vue: 'Vite with Vue',
  svelte: 'Vite with Svelte',
  none: 'Vite',
} as const

/** The framework of a project that has commands and a configuration of its own. */
export function findFramework(project: Project, { dependencies }: Manifest): Web | undefined {
  if ('@sveltejs/kit' in dependencies) return { kind: 'sveltekit' }
  if ('next' in dependencies) return { kind: 'nextjs' }
  if ('nuxt' in dependencies) return { kind: 'nuxt' }
  if ('@angular/core' in dependencies && project.has('angular.json')) return { kind: 'angular' }
  return 'astro' in dependencies ? { kind: 'astro' } : undefined
}

/** The app of a project that Vite builds. */
export function findViteApp(project: Project, manifest: Manifest): Web | undefined {
  if (!usesVite(project, manifest)) return undefined
  // Without pages, Vite builds a library or a worker.
  if (!project.has('index.html')) return undefined
  const framework =
    (['react', 'vue', 'svelte'] as const).find((name) => name in manifest.dependencies) ?? 'none'
  return { kind: 'vite', framework }
}

/** The pages of a project without a build. */
export function findPages(project: Project, manifest: Manifest): Web | undefined {
  const folder = PAGE_FOLDERS.find((each) => project.has(each === '.' ? 'index.html' : `${each}/index.html`))
  if (folder === undefined) return undefined
  if (usesVite(project, manifest))
    throw new Refusal(
      `Vite builds the pages of this project, but index.html is in ${folder}, not beside package.json. ` +
        "Add tracing by hand: docs/embed.md#npm-vite in Throughline's repository.",
    )
  return { kind: 'html', folder }
}

function usesVite(project: Project, { dependencies }: Manifest): boolean {
  return 'vite' in dependencies || project.find(...configNames('vite')) !== undefined
}

/** What the pages are made with, for the user. */
export function nameOfWeb(web: Web): string {
  if (web.kind === 'vite') return FRAMEWORK_NAMES[web.framework]
  return {
    sveltekit: 'SvelteKit',
    astro: 'Astro',
    nextjs: 'Next.js',
    nuxt: 'Nuxt',
    angular: 'Angular',
    html: 'plain HTML',
  }[web.kind]
}
