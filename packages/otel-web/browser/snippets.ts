import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

/** Writes what the guides show for embedding, as files: `embed=react/src/main.tsx` below `folder`. */
export function writeSnippets(folder: string): void {
  const text = ['README.md', 'docs/embed.md'].map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n')
  for (const [, path = '', code = ''] of text.matchAll(/```\w+ embed=(\S+)\n([\s\S]*?)```/g)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
  }
}
