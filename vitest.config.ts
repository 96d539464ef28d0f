import { existsSync, readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Every workspace that has tests brings its own configuration: Node for most, workerd for the edge.
const workspaces = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(folder)
    .flatMap((name) => [`${folder}/${name}/vitest.config.ts`, `${folder}/${name}/vitest.http.config.ts`])
    .filter((path) => existsSync(path)),
)

export default defineConfig({ test: { projects: [...workspaces, 'scripts/vitest.config.ts'] } })
