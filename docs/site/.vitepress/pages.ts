import { posix } from 'node:path'

/** The pages of the site: patterns of files from the root of the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/*.md',
  'docs/{backends,doctor,frameworks,recipes}/*.md',
  'packages/*/README.md',
]

/** Returns the file of a page's address: `embed.md` for `docs/embed.md`. */
export function addressOf(file: string): string {
  if (file === 'README.md') return 'index.md'
  if (file === 'docs/README.md') return 'documentation.md'
  const { dir, name } = posix.parse(file)
  if (name === 'README') return `${dir.replace(/^docs\//, '')}.md`
  return posix.join(dir.replace(/^docs\/?/, ''), `${dir === '' ? name.toLowerCase() : name}.md`)
}

/** Returns the address of a link from one page to another file, or undefined if that file is not a page of the site. */
export function linkTo(from: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#')
  const file = posix.normalize(posix.join(posix.dirname(from), path))
  if (!PAGES.some((pattern) => posix.matchesGlob(file, pattern))) return undefined
  const address = `/${addressOf(file).replace(/(?:^index)?\.md$/, '')}`
  return anchor === undefined ? address : `${address}#${anchor}`
}
