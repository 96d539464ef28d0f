import { parse } from '@babel/parser'
import type { Expression, Node, Statement } from '@babel/types'
import { type Edit, indentUnitOf, insertAt, newlineOf } from './text.ts'

/** A parsed module of JavaScript or TypeScript, with the style of its text. */
export interface Module {
  readonly path: string
  readonly text: string
  readonly isTypeScript: boolean
  readonly statements: readonly Statement[]
  /** All identifiers in its code. */
  readonly names: ReadonlySet<unknown>
  readonly semicolon: ';' | ''
  readonly quote: '"' | "'"
  readonly newline: '\n' | '\r\n'
  /** One level of indentation. */
  readonly indent: string
}

/** What decides how new code is written. */
export type CodeStyle = Pick<Module, 'semicolon' | 'quote' | 'newline' | 'indent'>

/** Parses a module. Returns `undefined` if it has a syntax error. */
export function parseModule(path: string, text: string): Module | undefined {
  const isTypeScript = /\.[cm]?tsx?$/.test(path)
  const plugins = [
    ...(isTypeScript ? (['typescript'] as const) : []),
    ...(/\.[cm]?ts$/.test(path) ? [] : (['jsx'] as const)),
    // The older decorators include those of parameters, which TypeScript has.
    ...(['decorators-legacy', 'decoratorAutoAccessors'] as const),
  ]
  try {
    const { program, tokens } = parse(text, {
      tokens: true,
      sourceType: 'unambiguous',
      allowReturnOutsideFunction: true,
      createParenthesizedExpressions: true,
      plugins,
    })
    return {
      ...{ path, text, isTypeScript, statements: program.body, names: namesOf(tokens ?? []) },
      ...{
        newline: newlineOf(text),
        indent: indentUnitOf(text),
        ...styleOf(text, program.body, tokens ?? []),
      },
    }
  } catch {
    return undefined
  }
}

function styleOf(
  text: string,
  statements: readonly Statement[],
  tokens: readonly Token[],
): Pick<Module, 'semicolon' | 'quote'> {
  const simple = statements.find(
    (each) =>
      /^(?:Import|VariableDeclaration|ExpressionStatement|ExportDefault)/.test(each.type) ||
      (each.type === 'ExportNamedDeclaration' && each.declaration?.type === 'VariableDeclaration'),
  )
  const literal = tokens.find(({ type }) => type.label === 'string')
  return {
    semicolon: simple && text.charAt(endOf({ text }, simple) - 1) === ';' ? ';' : '',
    quote: literal && text.charAt(literal.start) === '"' ? '"' : "'",
  }
}

function namesOf(tokens: readonly Token[]): Set<unknown> {
  return new Set(tokens.filter(({ type }) => type.label === 'name').map(({ value }) => value))
}

/** A token of Babel, whose types do not describe it; comments are among them, with a text as their type. */
interface Token {
  readonly type: { readonly label?: string }
  readonly start: number
  readonly value?: unknown
}

/** Code in the style of a module. `code` has `\n`, `'`, two spaces for each level, and `;` at the ends of statements. */
export function inStyleOf({ semicolon, quote, newline, indent }: CodeStyle, code: string): string {
  return code
    .replaceAll("'", quote)
    .replace(/;$/gm, semicolon)
    .replace(/^(?: {2})+/gm, (spaces) => indent.repeat(spaces.length / 2))
    .replaceAll('\n', newline)
}

/** White space and comments. */
const GAP = /^(?:\s|\/\/[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/
/** The characters with which a line continues the statement before it. */
const CONTINUING = '([`+-*/.,<'

/**
 * The edit that inserts statements in the style of a module. They end with semicolons if the code after them would continue the
 * last one: a line that begins with a parenthesis, or another statement on the same line.
 */
export function insertStatements(module: Module, offset: number, code: string): Edit {
  const rest = module.text.slice(offset)
  const [gap = ''] = GAP.exec(rest) ?? []
  const next = rest.charAt(gap.length)
  const isOnSameLine = next !== ';' && !code.endsWith('\n') && !gap.includes('\n')
  const isContinued = next !== '' && (CONTINUING.includes(next) || isOnSameLine)
  return insertAt(offset, inStyleOf(isContinued ? { ...module, semicolon: ';' } : module, code))
}

/** The edit that inserts statements before all imports of a module, and before what it exports of other modules. */
export function insertFirst(module: Module, code: string): Edit {
  const imported = module.statements.find(
    (each) =>
      each.type === 'ImportDeclaration' ||
      each.type === 'ExportAllDeclaration' ||
      (each.type === 'ExportNamedDeclaration' && each.source),
  )
  const first = imported ?? module.statements[0]
  const lines = `${code}\n${first === imported ? '' : '\n'}`
  if (first) return insertStatements(module, startWithComments(module, first), lines)
  const line = inStyleOf(module, lines)
  const isEnded = module.text === '' || module.text.endsWith('\n')
  return insertAt(module.text.length, isEnded ? line : module.newline + line)
}

/** Comments that are about the statement on the next line. */
const DIRECTIVE = /@ts-(?:ignore|expect-error)|-next-line|(?:biome|prettier|oxfmt)-ignore|@vite-ignore/

/** The start of a statement, or of the comments directly above that belong to it, or of the semicolon that protects it. */
export function startWithComments({ text }: Module, statement: Statement): number {
  const isImport = statement.type === 'ImportDeclaration'
  let start = statement.start ?? 0
  for (const comment of statement.leadingComments?.toReversed() ?? []) {
    const isAbove = /^[ \t]*(?:\r?\n[ \t]*)?$/.test(text.slice(comment.end ?? 0, start))
    // A documentation comment above an import is that of the file.
    const isDocumentation = comment.type === 'CommentBlock' && comment.value.startsWith('*') && !isImport
    if (!isAbove || !(isDocumentation || DIRECTIVE.test(comment.value))) break
    start = comment.start ?? start
  }
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  return /^[ \t]*;[ \t]*$/.test(before) ? start - before.trimStart().length : start
}

/** The end of a statement, without a semicolon that stands on a later line: it protects the next statement. */
export function endOf({ text }: Pick<Module, 'text'>, statement: Statement): number {
  const end = statement.end ?? 0
  if (text.charAt(end - 1) !== ';') return end
  const before = text.slice(0, end - 1).trimEnd().length
  return text.slice(before, end).includes('\n') ? before : end
}

/** True if a module imports one of the sources. */
export function importsFrom(module: Module, isSource: (source: string) => boolean): boolean {
  return module.statements.some((each) => each.type === 'ImportDeclaration' && isSource(each.source.value))
}

/**
 * The name under which a function or class is exported by the module that it comes from: `Hono` for `App` of
 * `import { Hono as App }` and for `hono.Hono` of `import * as hono`. The name itself if it is not imported; `undefined` for
 * other expressions.
 */
export function importedName({ statements }: Module, callee: Node): string | undefined {
  if (callee.type === 'Identifier') {
    const specifier = findImport(statements, callee.name)?.specifier
    if (specifier?.type !== 'ImportSpecifier') return callee.name
    return specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value
  }
  if (callee.type !== 'MemberExpression' || callee.computed) return undefined
  const { object, property } = callee
  const isNamespace =
    object.type === 'Identifier' &&
    findImport(statements, object.name)?.specifier.type === 'ImportNamespaceSpecifier'
  return isNamespace && property.type === 'Identifier' ? property.name : undefined
}

/** The source that a name is imported from. */
export function importSource({ statements }: Module, name: string): string | undefined {
  return findImport(statements, name)?.source
}

function findImport(statements: readonly Statement[], name: string) {
  return statements
    .flatMap((each) =>
      each.type === 'ImportDeclaration'
        ? each.specifiers.map((specifier) => ({ specifier, source: each.source.value }))
        : [],
    )
    .find(({ specifier }) => specifier.local.name === name)
}

/** True if a name appears anywhere in the code of a module, as a variable or as a key. */
export function mentions({ names }: Module, name: string): boolean {
  return names.has(name)
}

/** The statement at the top level that declares a variable, a function or a class. */
export function findDeclaration(module: Module, name: string): Statement | undefined {
  return module.statements.find((statement) => {
    const declaration =
      statement.type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement
    if (declaration.type === 'VariableDeclaration')
      return declaration.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name)
    return 'id' in declaration && declaration.id?.type === 'Identifier' && declaration.id.name === name
  })
}

/** The initial value of a `const` at the top level. */
export function findConstant(module: Module, name: string): Expression | undefined {
  const statement = findDeclaration(module, name)
  const declaration = statement?.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return undefined
  const found = declaration.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name)
  return found?.init ?? undefined
}
