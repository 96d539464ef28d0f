import { posix } from 'node:path'
import type { Project } from './project.ts'

const ENDINGS = ['', '.ts', '.tsx', '.js', '.jsx', '.mjs', '/index.ts', '/index.js']

/** The path of the file that a module imports, or `undefined` for a package and for a file that is not found. */
export function resolveImport(project: Project, from: string, specifier: string): string | undefined {
  // The aliases that the scaffolding tools of Vue and SvelteKit set up.
  const aliased = specifier.replace(/^[@~]\//, 'src/').replace(/^\$lib\//, 'src/lib/')
  const path = specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : aliased
  // Imports in TypeScript may name the file that the compiler will write.
  const paths = [path, path.replace(/\.js(?=x?$)/, '.ts')]
  return project.find(...paths.flatMap((each) => ENDINGS.map((ending) => each + ending)))
}
