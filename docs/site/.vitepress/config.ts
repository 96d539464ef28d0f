import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { anchorOf } from '../../../scripts/checks/anchors.ts'
import { addressOf, PAGES } from './pages.ts'
import { linkPages } from './repository-links.ts'
import { readSidebar } from './sidebar.ts'

const root = join(import.meta.dirname, '../../..')
const files = PAGES.flatMap((pattern) => globSync(pattern, { cwd: root }))
const others = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules', 'dist'] }).filter(
  (file) => !files.includes(file),
)
const sources = new Map(files.map((file) => [addressOf(file), file]))

export default defineConfig({
  title: 'Throughline',
  description:
    'One user action, one trace: from the click in the browser, through the edge, to the services behind it.',
  srcDir: root,
  srcExclude: [...others, '**/.*/**'],
  outDir: join(root, 'dist/site'),
  cleanUrls: true,
  // The addresses that `npm start` prints.
  ignoreDeadLinks: 'localhostLinks',
  rewrites: Object.fromEntries(files.map((file) => [file, addressOf(file)])),
  markdown: {
    anchor: { slugify: anchorOf },
    config: (markdown) => linkPages(markdown, (address) => sources.get(address) ?? address),
  },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Documentation', link: '/documentation' },
      { text: 'Options', link: '/options' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
    ],
    sidebar: readSidebar(readFileSync(join(root, 'docs/README.md'), 'utf8')),
  },
})
