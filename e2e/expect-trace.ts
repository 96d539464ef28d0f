import { brokenInvariants } from './invariants.ts'
import { drawTrees, fetchTrace, type Kind, type SpanNode, toTrees } from './trace.ts'

/** A span that must be there. What is not named is not checked; `children`, where named, are all there are. */
export interface ExpectedSpan {
  readonly service: string
  readonly name: string | RegExp
  readonly kind?: Kind
  readonly status?: SpanNode['status']
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly children?: readonly ExpectedSpan[]
  /** As often as it comes, at least once: of what is asked again and again. */
  readonly repeated?: true
}

/**
 * Waits until the trace is exactly the expected tree and holds every invariant, and returns its root.
 *
 * Throws an `Error` after `timeoutMillis` with the tree that did arrive and what was wrong with it.
 */
export async function expectTrace(
  uiUrl: string,
  traceId: string,
  expected: ExpectedSpan,
  { timeoutMillis = 10_000 }: { readonly timeoutMillis?: number } = {},
): Promise<SpanNode> {
  const deadline = Date.now() + timeoutMillis
  for (;;) {
    const spans = await fetchTrace(uiUrl, traceId)
    const trees = toTrees(spans)
    const [root] = trees
    const problems = root && trees.length === 1 ? differences(root, expected, '') : [`${trees.length} roots`]
    problems.push(...brokenInvariants(spans))
    if (root && problems.length === 0) return root
    if (Date.now() > deadline) {
      const arrived = trees.length > 0 ? drawTrees(trees) : '(nothing)'
      throw new Error(
        `trace ${traceId} is not as expected:\n- ${problems.join('\n- ')}\n\nWhat arrived:\n${arrived}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function differences(actual: SpanNode, expected: ExpectedSpan, path: string): string[] {
  const here = `${path}/${actual.name}`
  const problems: string[] = []
  if (!isNamed(actual, expected)) problems.push(`${here}: expected ${label(expected)}`)
  if (expected.status && actual.status !== expected.status) {
    problems.push(`${here}: status is ${actual.status}, expected ${expected.status}`)
  }
  for (const [key, value] of Object.entries(expected.attributes ?? {})) {
    const given = actual.attributes[key]
    const same = value instanceof RegExp ? value.test(String(given)) : String(given) === String(value)
    if (!same) problems.push(`${here}: ${key} is ${JSON.stringify(given)}, expected ${value}`)
  }
  return expected.children ? [...problems, ...childDifferences(actual, expected.children, here)] : problems
}

function childDifferences(actual: SpanNode, expected: readonly ExpectedSpan[], here: string): string[] {
  const left = [...actual.children]
  const problems: string[] = []
  for (const child of expected) {
    const candidates = left.filter((candidate) => isNamed(candidate, child))
    const attempts = candidates.map((candidate) => ({
      candidate,
      found: differences(candidate, child, here),
    }))
    const best = attempts.sort((a, b) => a.found.length - b.found.length)[0]
    if (!best) problems.push(`${here}: no child ${label(child)}`)
    else {
      const matches = child.repeated ? attempts : [best]
      for (const { candidate, found } of matches) {
        left.splice(left.indexOf(candidate), 1)
        problems.push(...found)
      }
    }
  }
  return [
    ...problems,
    ...left.map((extra) => `${here}: unexpected child ${extra.service} "${extra.name}" ${extra.kind}`),
  ]
}

function isNamed(actual: SpanNode, expected: ExpectedSpan): boolean {
  const named =
    typeof expected.name === 'string' ? actual.name === expected.name : expected.name.test(actual.name)
  return (
    named &&
    actual.service === expected.service &&
    (expected.kind === undefined || actual.kind === expected.kind)
  )
}

function label({ service, name, kind }: ExpectedSpan): string {
  return `${service} "${name}"${kind ? ` ${kind}` : ''}`
}
