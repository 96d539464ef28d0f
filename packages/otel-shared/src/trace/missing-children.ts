import { ATTR_CHILDREN } from '../semconv.ts'

/** A span of a stored trace. */
export interface StoredSpan {
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly service: string
  /** In lower case, such as `client`. */
  readonly kind: string
  readonly startMillis: number
  readonly endMillis: number
  /** Whether it is a call of a service by HTTP or RPC. */
  readonly isCall: boolean
  /** The values of `throughline.children.*`, by the kind of the children. */
  readonly counts: ReadonlyMap<string, number>
}

/** The children of a span that the trace lacks. */
export interface MissingChildren {
  /** The id of the span that started them. */
  readonly spanId: string
  /** Such as `shop sent 2 requests, 1 arrived: shop → payments is broken`. */
  readonly sentence: string
  /** The ids of the spans without a parent that are explained. */
  readonly orphans: readonly string[]
}

/** How many spans without a parent are compared: each with every span that counts its children. */
const MAX_ORPHANS = 200
/** How far the clocks of two services may differ. */
const TOLERANCE_MILLIS = 50

/** What a child of a kind is to the span that started it, and the kind of the span at its other end. */
const LINKS: ReadonlyMap<string, { readonly noun: string; readonly receiver: string }> = new Map([
  ['client', { noun: 'request', receiver: 'server' }],
  ['producer', { noun: 'message', receiver: 'consumer' }],
])

/** The kind and the number of an attribute `throughline.children.*`; `undefined` for other attributes. */
export function readChildCount(key: string, value: unknown): [kind: string, count: number] | undefined {
  const count = Number(value)
  return key.startsWith(ATTR_CHILDREN) && Number.isSafeInteger(count) && count > 0
    ? [key.slice(ATTR_CHILDREN.length), count]
    : undefined
}

/**
 * Compares the children of each span with the number that it started. Spans without their parents say where the trace
 * continues: after a child that is missing, or after a call below which nothing has arrived.
 */
export function findMissingChildren(spans: readonly StoredSpan[]): MissingChildren[] {
  const counted = spans.filter(({ counts }) => counts.size > 0)
  if (counted.length === 0) return []
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const childrenOf = new Map<string | undefined, StoredSpan[]>()
  for (const span of spans) {
    const siblings = childrenOf.get(span.parentSpanId) ?? []
    siblings.push(span)
    childrenOf.set(span.parentSpanId, siblings)
  }
  const topOf = ancestorFinder(byId)
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !byId.has(parentSpanId))
  const groups = counted.flatMap((parent) => groupsOf(parent, childrenOf, topOf(parent)))
  for (const orphan of orphans.slice(0, MAX_ORPHANS)) addReceiver(orphan, groups)
  return groups.flatMap((group) => (group.lost > 0 || group.receivers.length > 0 ? [describe(group)] : []))
}

/** The children of one kind that a span started. */
interface Group {
  readonly parent: StoredSpan
  /** The highest ancestor of the parent. */
  readonly top: StoredSpan
  readonly kind: string
  /** The kind of the spans at the other end; `undefined` if there is none. */
  readonly receiver: string | undefined
  readonly started: number
  readonly lost: number
  /** Calls without children. */
  readonly openCalls: readonly StoredSpan[]
  /** Those of them that orphans continue. */
  readonly cutCalls: Set<StoredSpan>
  /** The orphans that continue the missing children and these calls. */
  readonly receivers: StoredSpan[]
}

function groupsOf(
  parent: StoredSpan,
  childrenOf: ReadonlyMap<string | undefined, readonly StoredSpan[]>,
  top: StoredSpan,
): Group[] {
  return [...parent.counts].map(([kind, started]) => {
    const children = (childrenOf.get(parent.spanId) ?? []).filter(
      (child) => child.service === parent.service && child.kind === kind,
    )
    const openCalls = children.filter(({ isCall, spanId }) => isCall && !childrenOf.has(spanId))
    const lost = Math.max(started - children.length, 0)
    const receiver = LINKS.get(kind)?.receiver
    return { parent, top, kind, receiver, started, lost, openCalls, cutCalls: new Set(), receivers: [] }
  })
}

/** Finds the highest ancestor of spans. Each span is visited once, since a chain of spans can be long. */
function ancestorFinder(byId: ReadonlyMap<string, StoredSpan>): (span: StoredSpan) => StoredSpan {
  const tops = new Map<StoredSpan, StoredSpan>()
  return (span) => {
    const path = new Set<StoredSpan>()
    let top = span
    for (
      let above: StoredSpan | undefined = span;
      above && !path.has(above);
      above = byId.get(above.parentSpanId ?? '')
    ) {
      top = tops.get(above) ?? above
      path.add(above)
      if (top !== above) break
    }
    for (const each of path) tops.set(each, top)
    return top
  }
}

/** Adds an orphan to the group that it continues: one that lacks a child, else the only one with an open call at that time. */
function addReceiver(orphan: StoredSpan, groups: readonly Group[]): void {
  let shortest: Group | undefined
  const open: { group: Group; call: StoredSpan }[] = []
  // One loop without further lists, since a trace can have many groups.
  for (const group of groups) {
    const { parent, top, receiver, lost, openCalls } = group
    if (receiver !== orphan.kind || top === orphan || parent.service === orphan.service) continue
    if (
      lost > 0 &&
      isDuring(orphan, parent) &&
      !(shortest && durationOf(shortest.parent) <= durationOf(parent))
    )
      shortest = group
    for (const call of openCalls) if (isDuring(orphan, call)) open.push({ group, call })
  }
  const [only] = open
  if (shortest) {
    shortest.receivers.push(orphan)
  } else if (only && open.length === 1) {
    only.group.receivers.push(orphan)
    only.group.cutCalls.add(only.call)
  }
}

/** A message may be received at any time after it was sent. */
function isDuring(receiver: StoredSpan, sender: StoredSpan): boolean {
  return (
    receiver.startMillis >= sender.startMillis - TOLERANCE_MILLIS &&
    (receiver.kind === 'consumer' || receiver.startMillis <= sender.endMillis + TOLERANCE_MILLIS)
  )
}

function durationOf({ startMillis, endMillis }: StoredSpan): number {
  return endMillis - startMillis
}

function describe({ parent, kind, started, lost, cutCalls, receivers }: Group): MissingChildren {
  const { service, spanId } = parent
  const noun = LINKS.get(kind)?.noun
  const what = noun === undefined ? `started ${started} ${kind} span` : `sent ${started} ${noun}`
  const arrived = Math.max(started - lost - cutCalls.size, 0)
  const counts = `${service} ${what}${started === 1 ? '' : 's'}, ${arrived} arrived`
  const names = [...new Set(receivers.map((receiver) => receiver.service))].join(', ')
  return {
    spanId,
    sentence: names ? `${counts}: ${service} → ${names} is broken` : counts,
    orphans: receivers.map((receiver) => receiver.spanId),
  }
}
