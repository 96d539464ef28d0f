import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { analyse } from 'scslre'
import { ROOT } from './command.ts'
import { type Failure, report, type StepResult } from './report.ts'

/** The start of a comment above an expression that may take more than linear time. The reason follows. */
const JUSTIFICATION = /\/\/ Not linear: \S/
/** A long expression may begin some lines below its comment. */
const COMMENT_LINES = 4

/** A regular expression in source code, by its position there. */
interface Expression {
  readonly source: string
  readonly flags: string
  readonly start: number
}

/**
 * Finds regular expressions of the packages and apps that take polynomial or exponential time on some text. Each has to be
 * rewritten, or to have a comment above it that begins with `Not linear:` and says why it is harmless.
 */
export function checkRegexps(): StepResult {
  const files = globSync('{packages/*/src,apps/**/src}/**/*.{ts,tsx}', { cwd: ROOT }).filter(
    (file) => !file.includes('node_modules') && !/\.(?:test|spec)\.tsx?$/.test(file),
  )
  const failures: Failure[] = []
  let passed = 0
  for (const file of files.sort()) {
    const code = readFileSync(join(ROOT, file), 'utf8')
    for (const expression of findExpressions(code, file)) {
      const problem = findProblem(expression)
      if (problem === undefined || isJustified(code, expression.start)) passed++
      else failures.push({ name: `${file}:${lineOf(code, expression.start)} ${problem}` })
    }
  }
  for (const { name } of failures) console.error(name)
  return { name: 'linear expressions', passed, failed: failures.length, skipped: 0, failures }
}

function findExpressions(code: string, file: string): Expression[] {
  const found: Expression[] = []
  visit(parseAst(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' }, file), (node) => {
    const expression = readLiteral(node) ?? readConstructor(node)
    if (expression) found.push(expression)
  })
  return found
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number }

function visit(value: unknown, onNode: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && 'start' in value) onNode(value as Node)
  for (const child of Object.values(value)) visit(child, onNode)
}

function readLiteral({ type, regex, start }: Node): Expression | undefined {
  if (type !== 'Literal' || typeof regex !== 'object' || regex === null) return undefined
  const { pattern, flags } = regex as { pattern: string; flags: string }
  return { source: pattern, flags, start }
}

/** `new RegExp('…', '…')` and `RegExp('…')`. What is put together at run time is not seen. */
function readConstructor({ type, callee, arguments: args, start }: Node): Expression | undefined {
  const isCall = type === 'NewExpression' || type === 'CallExpression'
  if (!isCall || (callee as { name?: string }).name !== 'RegExp') return undefined
  const [source, flags = ''] = (args as readonly Node[]).map(readText)
  return source === undefined ? undefined : { source, flags, start }
}

function readText({ type, value, quasis }: Node): string | undefined {
  if (type === 'Literal' && typeof value === 'string') return value
  if (type !== 'TemplateLiteral') return undefined
  const parts = quasis as readonly { value: { cooked: string } }[]
  return parts.length === 1 ? parts[0]?.value.cooked : undefined
}

function findProblem({ source, flags }: Expression): string | undefined {
  const { reports } = analyse({ source, flags })
  const [first] = reports
  if (!first) return undefined
  const growth = reports.some(({ exponential }) => exponential) ? 'exponential' : 'polynomial'
  return `/${source}/${flags} takes ${growth} time on many ${JSON.stringify(first.character.pick)} (${first.type})`
}

function isJustified(code: string, start: number): boolean {
  const above = code.slice(0, start).split('\n').slice(-COMMENT_LINES)
  return above.some((line) => JUSTIFICATION.test(line))
}

function lineOf(code: string, start: number): number {
  return code.slice(0, start).split('\n').length
}

if (import.meta.main) report([checkRegexps()])
