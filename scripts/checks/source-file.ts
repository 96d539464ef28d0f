import { parseAst } from 'rolldown/parseAst'

/** A node of the ESTree that Rolldown's parser returns. */
export type Node = Readonly<Record<string, unknown>> & {
  readonly type: string
  readonly start: number
}

/** A TypeScript file: its path from the repository's root with forward slashes, its text, and its top-level statements. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly statements: readonly Node[]
}

/** Parses the text of a TypeScript file; throws on a syntax error. */
export function parseSourceFile(path: string, text: string): SourceFile {
  const { body } = parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }, path)
  return { path, text, statements: body as unknown as readonly Node[] }
}

/** Calls `onNode` for each node in `value`, parents before children. */
export function visitNodes(value: unknown, onNode: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && 'start' in value) onNode(value as Node)
  for (const child of Object.values(value)) visitNodes(child, onNode)
}

/** `path:line` of the character at `position`; lines count from 1. */
export function locate({ path, text }: SourceFile, position: number): string {
  return `${path}:${text.slice(0, position).split('\n').length}`
}
