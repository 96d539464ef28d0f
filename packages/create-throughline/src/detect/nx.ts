import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Project } from '../project/project.ts'
import { configNames } from './config-names.ts'
import { UNSUPPORTED_TOOLS } from './unsupported.ts'

/** The nearest folder with nx.json. A repository, or the root of the file system, ends the search. */
export function findNxRoot(folder: string): string | undefined {
  if (existsSync(join(folder, 'nx.json'))) return folder
  const parent = dirname(folder)
  return parent === folder || existsSync(join(folder, '.git')) ? undefined : findNxRoot(parent)
}

/** The tools of apps, with the names of their configurations. */
const TOOLS: Readonly<Record<string, string>> = {
  '@sveltejs/kit': 'svelte',
  next: 'next',
  nuxt: 'nuxt',
  astro: 'astro',
  vite: 'vite',
}

/** The frameworks that plugins of Vite name. */
const FRAMEWORKS = ['react', 'vue', 'svelte']

/** True if an app of Nx without a package.json uses a dependency of its workspace, as far as its own configurations show. */
export function usesDependency(project: Project, name: string): boolean {
  const tool = TOOLS[name]
  if (tool !== undefined) return project.find(...configNames(tool)) !== undefined
  const targets = project.read('project.json') ?? ''
  if (FRAMEWORKS.includes(name)) {
    const config = project.find(...configNames('vite'))
    return targets.includes(name) || (config !== undefined && project.read(config)?.includes(name) === true)
  }
  if (!UNSUPPORTED_TOOLS.includes(name)) return true
  // `@angular/core` is `angular` in the targets.
  const [word = name] = /[\w-]+/.exec(name) ?? []
  return targets.includes(word) || project.find(...configNames(word)) !== undefined
}
