import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../command.ts'

/** A block of code in a guide that shows a file, or, where it is a `diff`, some lines of one. */
interface GuideSnippet {
  /** Relative to the app. */
  readonly path: string
  /** The text of the file, without the marks of a diff. */
  readonly text: string
  /** The lines that tracing adds: those with a `+`, or all lines that are not empty. */
  readonly addedLines: readonly string[]
  readonly isDiff: boolean
}

/** A page of docs/frameworks, or a section of docs/runtimes.md. */
export interface Guide {
  readonly snippets: readonly GuideSnippet[]
  /** The snippets up to the first trace. */
  readonly firstTrace: {
    readonly snippets: readonly GuideSnippet[]
    readonly commands: readonly string[]
  }
}

/** Templates that share a guide with another one, by their names. */
const SHARED_GUIDES: Readonly<Record<string, string>> = { 'angular-zone': 'angular' }

/** The heading of the first section after the first trace. */
const AFTER_FIRST_TRACE = /^## What is traced$/m
const BLOCK = /^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm

/** The name of the guide of a template. */
export function guideOf(template: string): string {
  return SHARED_GUIDES[template] ?? template
}

/** Reads the guide of a template in `docs/frameworks`. Throws an `Error` if the page has no heading that ends the first trace. */
export function readGuide(template: string): Guide {
  const name = guideOf(template)
  const text = readFileSync(join(ROOT, 'docs/frameworks', `${name}.md`), 'utf8')
  const end = text.search(AFTER_FIRST_TRACE)
  if (end < 0) throw new Error(`docs/frameworks/${name}.md has no heading that ends the first trace`)
  return toGuide(text, text.slice(0, end))
}

/**
 * Reads the guide of one runtime in `docs/runtimes.md`: the section "First trace", and the section that links to its
 * template. Throws an `Error` if no section does.
 */
export function readRuntimeGuide(name: string): Guide {
  const sections = readFileSync(RUNTIMES, 'utf8').split(/^(?=## )/m)
  const own = sections.find((section) => templateOf(section) === name)
  if (own === undefined) throw new Error(`docs/runtimes.md has no section that links to e2e/runtimes/${name}`)
  const common = sections.find((section) => section.startsWith('## First trace\n')) ?? ''
  const [first = ''] = own.split(/^(?=### )/m)
  return toGuide(own, common + first)
}

/** The templates that the sections of `docs/runtimes.md` link to. */
export function runtimeTemplates(): string[] {
  return readFileSync(RUNTIMES, 'utf8')
    .split(/^(?=## )/m)
    .map(templateOf)
    .filter((name) => name !== undefined)
}

const RUNTIMES = join(ROOT, 'docs/runtimes.md')

function templateOf(section: string): string | undefined {
  return /\]\(\.\.\/e2e\/runtimes\/([\w-]+)\)/.exec(section)?.[1]
}

function toGuide(text: string, first: string): Guide {
  return {
    snippets: snippetsOf(text),
    firstTrace: { snippets: snippetsOf(first), commands: commandsOf(first) },
  }
}

function snippetsOf(markdown: string): GuideSnippet[] {
  return [...markdown.matchAll(BLOCK)].flatMap(([, language = '', path, code = '']) => {
    if (path === undefined) return []
    const isDiff = language === 'diff'
    const lines = code.split('\n').filter((line) => !isDiff || !line.startsWith('-'))
    return {
      path,
      isDiff,
      text: isDiff ? lines.map((line) => line.slice(1)).join('\n') : code,
      addedLines: isDiff
        ? lines.filter((line) => line.startsWith('+'))
        : lines.filter((line) => line.trim() !== ''),
    }
  })
}

function commandsOf(markdown: string): string[] {
  return [...markdown.matchAll(BLOCK)]
    .filter(([, language]) => language === 'sh')
    .flatMap(([, , , code = '']) => code.split('\n'))
    .filter((line) => line.trim() !== '')
}
