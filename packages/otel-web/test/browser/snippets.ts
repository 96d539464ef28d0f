import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../../..')

const PAGES = ['README.md', 'docs/embed.md', 'docs/recipes/react.md', 'packages/otel-web/README.md']

/** Writes the snippets of the guides as files: `embed=react/src/main.tsx` below `folder`. */
export function writeSnippets(folder: string): void {
  const text = PAGES.map((page) => readFileSync(join(ROOT, page), 'utf8')).join('\n')
  for (const [, path = '', code = ''] of text.matchAll(/```\w+ embed=(\S+)\n([\s\S]*?)```/g)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
  }
}
