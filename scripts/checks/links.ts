import { posix } from 'node:path'
import { anchorOf } from './anchors.ts'

/** What the checks of a page need to know of the repository. Paths are relative to its root, with forward slashes. */
export interface Repository {
  /** True for a file and for a folder. */
  readonly exists: (path: string) => boolean
  /** True if a file's path matches the glob pattern. */
  readonly matches: (pattern: string) => boolean
  /** True if a file's path is this one or ends in `/` and this one. */
  readonly hasFileNamed: (path: string) => boolean
  /** The text of a file. */
  readonly read: (path: string) => string
}

/** Folders whose name at the start of a code span means a path of this repository. */
const ROOT_FOLDER = /^(?:apps|packages|e2e|bench|deploy|docs|scripts|\.github|\.ci)\//
/** Files of a reader's own project that the guides name. */
const FOREIGN_FILES: ReadonlySet<string> = new Set(['instrumentation-client.ts'])

/**
 * Finds links of a Markdown page whose file or heading does not exist, addresses that no URL parser takes, and code spans that
 * name a file that does not exist: a path from the root such as `docs/embed.md`, with `*` and `{a,b}` as in a glob pattern, or
 * the end of a path such as `src/index.ts`.
 */
export function findDeadLinks(page: string, repository: Repository): string[] {
  const text = withoutCodeBlocks(repository.read(page))
  const links = [
    ...withoutCodeSpans(text).matchAll(/\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?: "[^"]*")?\)/g),
  ]
  const spans = [...text.matchAll(/`([^`\n]+)`/g)]
  return [
    ...links.flatMap(([, target = '']) => findLinkProblem(page, target, repository)),
    ...spans.flatMap(([, code = '']) =>
      isFileOf(code, repository) ? [] : [`${page} names \`${code}\`, which does not exist`],
    ),
  ]
}

/** Finds pages of `docs/` and headings in them that a source file names and that do not exist. */
export function findDeadPageNames(file: string, repository: Repository): string[] {
  const names = repository.read(file).matchAll(/(?<![\w/.-])docs\/[\w-]+\.md(?:#[\w-]+)?/g)
  return [...names].flatMap(([name]) => findLinkProblem(file, `/${name}`, repository))
}

function findLinkProblem(page: string, target: string, repository: Repository): string[] {
  if (/^(?:https?|mailto):/.test(target))
    return URL.canParse(target) ? [] : [`${page} links to ${target}, which is not a URL`]
  const [path = '', anchor] = target.split('#')
  const file = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path)
  const linked = path === '' ? page : posix.normalize(file).replace(/\/$/, '')
  if (!repository.exists(linked)) return [`${page} links to ${target}: ${linked} does not exist`]
  if (anchor === undefined || !linked.endsWith('.md')) return []
  const headings = findAnchors(repository.read(linked))
  return headings.has(anchor) ? [] : [`${page} links to ${target}: ${linked} has no heading #${anchor}`]
}

/** The anchors that GitHub gives the headings of a page. A heading that is repeated gets a number. */
function findAnchors(text: string): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const anchors = [...withoutCodeBlocks(text).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = '']) => {
    const anchor = anchorOf(heading)
    const count = counts.get(anchor) ?? 0
    counts.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
  return new Set(anchors)
}

function isFileOf(code: string, { exists, matches, hasFileNamed }: Repository): boolean {
  if (/[\s<>$:()='"]|\/dist(?:\/|$)/.test(code) || FOREIGN_FILES.has(code)) return true
  if (ROOT_FOLDER.test(code)) return /[*{]/.test(code) ? matches(code) : exists(code.replace(/\/$/, ''))
  return !/^[\w.-]+(?:\/[\w.-]+)*\.tsx?$/.test(code) || hasFileNamed(code)
}

function withoutCodeBlocks(text: string): string {
  return text.replaceAll(/^ *(```+)[\s\S]*?^ *\1 *$/gm, '')
}

function withoutCodeSpans(text: string): string {
  return text.replaceAll(/`[^`\n]*`/g, '')
}
