import { locate, type Node, type SourceFile, visitNodes } from './source-file.ts'

/** The files that list attribute keys: one in each package. */
const KEY_LIST = /\/semconv\.ts$/
/** A quoted key of an object literal is an attribute key if it consists of words with dots between, unless it is a file name. */
const DOTTED = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$/
const FILE_NAME = /\.(?:js|ts|css|html|txt|toml|jsonc?)$/

/**
 * Finds string literals that are attribute keys, outside of the packages' `semconv.ts`: keys of the semantic conventions, keys
 * in one of those files, and quoted property names with dots.
 *
 * @param knownKeys the keys of the conventions and of the packages.
 */
export function findAttributeKeys(file: SourceFile, knownKeys: ReadonlySet<string>): string[] {
  if (KEY_LIST.test(file.path)) return []
  const found = new Map<number, string>()
  visitNodes(file.statements, (node) => {
    const property = node.type === 'Property' ? textOf(node.key) : undefined
    if (property !== undefined && DOTTED.test(property) && !FILE_NAME.test(property))
      found.set((node.key as Node).start, property)
    const text = textOf(node)
    if (text !== undefined && knownKeys.has(text)) found.set(node.start, text)
  })
  return [...found].map(
    ([start, key]) => `${locate(file, start)} '${key}' is an attribute key; import it from semconv.ts`,
  )
}

/** The attribute keys that a `semconv.ts` lists: every string in it with a dot. */
export function listAttributeKeys({ statements }: SourceFile): string[] {
  const keys: string[] = []
  visitNodes(statements, (node) => {
    const text = textOf(node)
    if (text !== undefined && DOTTED.test(text)) keys.push(text)
  })
  return keys
}

function textOf(value: unknown): string | undefined {
  const { type, value: text } = value as { readonly type?: unknown; readonly value?: unknown }
  return type === 'Literal' && typeof text === 'string' ? text : undefined
}
