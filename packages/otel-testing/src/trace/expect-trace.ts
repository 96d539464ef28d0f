import { assign } from './assign.ts'
import { brokenInvariants, missingResourceAttributes } from './broken-invariants.ts'
import { kindOf, type ReceivedSpan, type SpanKindName, type StatusName, statusOf } from './received-span.ts'
import { findInTime, type SpanSource, TIMEOUT_MILLIS } from './span-source.ts'
import { flatten, type SpanNode, toTrees } from './trace-tree.ts'
import { describeArrived } from './wait-for-spans.ts'

/** A span that a test expects. Absent fields are not compared. */
export interface ExpectedSpan {
  readonly service?: string
  readonly name: string | RegExp
  readonly kind?: SpanKindName
  readonly status?: StatusName
  /** Values by key. `undefined` means that the attribute is absent, a `RegExp` that it matches the text. */
  readonly attributes?: Readonly<Record<string, unknown>>
  /** All children of the span, in any order. */
  readonly children?: readonly ExpectedSpan[]
  /** The span occurs at least once, each time as described. */
  readonly repeated?: true
  /** The span can be absent. Another span with its name does not match if anything else differs. */
  readonly optional?: true
  /** The id of a parent that is not among the spans received. */
  readonly parentSpanId?: string
}

export interface ExpectTraceOptions {
  /**
   * The id of the trace, which is compared as a whole: one root, every span within its parent, no duplicates. Without an
   * id, the root of the tree can be any span of any trace.
   */
  readonly traceId?: string
  /** Children are expected in order of start. Default: in any order. */
  readonly isOrdered?: boolean
  /** Attributes of the resource of every span. Needs `traceId`. */
  readonly resourceAttributes?: readonly string[]
  /** How long before or after its parent a span may start or end. Needs `traceId`. Default: 10 ms. */
  readonly graceMillis?: number
  /** Default: 15 seconds. */
  readonly timeoutMillis?: number
}

/**
 * Waits until a trace equals the expected tree, and returns its root.
 *
 * Throws an `Error` after `timeoutMillis` with each difference and with the received spans as trees.
 *
 * @example
 * await expectTrace(collector, {
 *   service: 'shop',
 *   name: 'GET /products/:id',
 *   kind: 'SERVER',
 *   children: [{ name: 'SELECT products', kind: 'CLIENT' }],
 * })
 */
export async function expectTrace(
  source: SpanSource,
  expected: ExpectedSpan,
  options: ExpectTraceOptions = {},
): Promise<SpanNode> {
  const compare = (spans: readonly ReceivedSpan[]) =>
    options.traceId === undefined
      ? closestOf(spans, expected, options)
      : compareTrace(spans, options.traceId, expected, options)
  const find = (spans: readonly ReceivedSpan[]) => {
    const { root, problems } = compare(spans)
    return problems.length === 0 ? root : undefined
  }
  const { timeoutMillis = TIMEOUT_MILLIS } = options
  const found = await findInTime(source, find, timeoutMillis)
  if (found) return found
  const arrived = await source.spans()
  const { problems } = compare(arrived)
  const ofTrace = arrived.filter(({ traceId }) => (options.traceId ?? traceId) === traceId)
  throw new Error(
    [
      `no trace is as expected after ${timeoutMillis} ms:`,
      ...problems.map((problem) => `- ${problem}`),
      `\nWhat arrived:\n${describeArrived(ofTrace)}`,
    ].join('\n'),
  )
}

/** A candidate for the expected root, and its differences. */
interface Comparison {
  readonly root?: SpanNode
  readonly problems: readonly string[]
}

/** Compares a whole trace. */
function compareTrace(
  spans: readonly ReceivedSpan[],
  traceId: string,
  expected: ExpectedSpan,
  options: ExpectTraceOptions,
): Comparison {
  const ofTrace = spans.filter((span) => span.traceId === traceId)
  const [root, ...others] = toTrees(ofTrace)
  if (!root) return { problems: [`no span of trace ${traceId} arrived`] }
  const problems = others.map((other) => `a second root or a span without its parent: ${labelOf(other)}`)
  if (root.parentSpanId && expected.parentSpanId === undefined) {
    problems.push(`${root.name}: its parent is ${root.parentSpanId}, expected none`)
  }
  problems.push(
    ...differences(root, expected, '', options),
    ...brokenInvariants(ofTrace, options.graceMillis),
  )
  problems.push(...missingResourceAttributes(ofTrace, options.resourceAttributes ?? []))
  return { root, problems }
}

/** Compares the spans with the expected name to the expected root, and returns the one with the fewest differences. */
function closestOf(
  spans: readonly ReceivedSpan[],
  expected: ExpectedSpan,
  options: ExpectTraceOptions,
): Comparison {
  const nodes = toTrees(spans).flatMap(flatten)
  const candidates = nodes.filter((node) => isNamed(node, expected))
  const compared = candidates.map((root) => ({ root, problems: differences(root, expected, '', options) }))
  return fewestProblems(compared) ?? { problems: [`no span ${labelOfExpected(expected)} arrived`] }
}

function differences(
  actual: SpanNode,
  expected: ExpectedSpan,
  path: string,
  options: ExpectTraceOptions,
): string[] {
  const here = path === '' ? actual.name : `${path} > ${actual.name}`
  const problems: string[] = []
  if (!isNamed(actual, expected)) problems.push(`${here}: expected ${labelOfExpected(expected)}`)
  if (expected.status !== undefined && statusOf(actual) !== expected.status) {
    problems.push(`${here}: its status is ${statusOf(actual)}, expected ${expected.status}`)
  }
  if (expected.parentSpanId !== undefined && actual.parentSpanId !== expected.parentSpanId) {
    const { parentSpanId } = actual
    problems.push(`${here}: its parent is ${parentSpanId || 'none'}, expected ${expected.parentSpanId}`)
  }
  for (const [key, value] of Object.entries(expected.attributes ?? {})) {
    const given = actual.values[key]
    if (!isEqual(given, value)) problems.push(`${here}: ${key} is ${show(given)}, expected ${show(value)}`)
  }
  if (expected.children) problems.push(...childDifferences(actual, expected.children, here, options))
  return problems
}

function childDifferences(
  actual: SpanNode,
  expected: readonly ExpectedSpan[],
  here: string,
  options: ExpectTraceOptions,
): string[] {
  const left = new Set(actual.children)
  const problems: string[] = []
  const positions: number[] = []
  const compared = expected.map((child) =>
    actual.children
      .filter((candidate) => isNamed(candidate, child))
      .map((root) => ({ root, problems: differences(root, child, here, options) })),
  )
  const isExact = (each: Comparison) => each.problems.length === 0
  // A span that is as one child is expected may be the only one that is as another child is expected.
  const byNeed = [...expected.keys()].toSorted((a, b) => needOf(expected[a]) - needOf(expected[b]))
  const singles = byNeed.map((index) => (expected[index]?.repeated ? [] : (compared[index] ?? [])))
  const assigned = assign(singles.map((each) => each.filter(isExact).map(({ root }) => root)))
  const taken = new Set(assigned)
  for (const [index, child] of expected.entries()) {
    const own = assigned[byNeed.indexOf(index)]
    const isOpen = ({ root }: { readonly root: SpanNode }) =>
      own ? root === own : left.has(root) && !taken.has(root)
    const open = (compared[index] ?? []).filter(isOpen)
    const exact = open.filter(isExact)
    const candidates = child.optional || exact.length > 0 ? exact : open
    const found = child.repeated
      ? candidates
      : [fewestProblems(candidates)].filter((match) => match !== undefined)
    if (found.length === 0 && !child.optional) problems.push(`${here}: no child ${labelOfExpected(child)}`)
    for (const match of found) {
      left.delete(match.root)
      positions.push(actual.children.indexOf(match.root))
      problems.push(...match.problems)
    }
  }
  for (const extra of left) problems.push(`${here}: unexpected child ${labelOf(extra)}`)
  if (options.isOrdered && positions.some((position, index) => position < (positions[index - 1] ?? 0))) {
    problems.push(`${here}: its children are in another order: ${actual.children.map(labelOf).join(', ')}`)
  }
  return problems
}

/** The order in which children get their spans: one that can be absent comes last. */
function needOf(child: ExpectedSpan | undefined): number {
  return child?.optional ? 1 : 0
}

/** The first one with the fewest differences. */
function fewestProblems<Compared extends Comparison>(compared: readonly Compared[]): Compared | undefined {
  return compared.toSorted((a, b) => a.problems.length - b.problems.length)[0]
}

function isNamed(actual: SpanNode, { service, name, kind }: ExpectedSpan): boolean {
  const hasName = typeof name === 'string' ? actual.name === name : matches(actual.name, name)
  return (
    hasName &&
    (service === undefined || actual.service === service) &&
    (kind === undefined || kindOf(actual) === kind)
  )
}

function isEqual(given: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return typeof given === 'string' && matches(given, expected)
  return (
    given === expected || (typeof given === 'object' && JSON.stringify(given) === JSON.stringify(expected))
  )
}

/** Unlike `test`, `search` does not remember where a global expression matched last. */
function matches(text: string, pattern: RegExp): boolean {
  return text.search(pattern) >= 0
}

function show(value: unknown): string {
  return value instanceof RegExp ? String(value) : (JSON.stringify(value) ?? 'absent')
}

function labelOfExpected({ service = 'of any service', name, kind }: ExpectedSpan): string {
  return [service, typeof name === 'string' ? `"${name}"` : name, ...(kind ? [kind] : [])].join(' ')
}

function labelOf(span: SpanNode): string {
  return `${span.service} "${span.name}" ${kindOf(span)}`
}
