// biome-ignore-all lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: a treegrid has no elements of its own
import type { KeyValue, OtlpEvent } from '@throughline/otel-shared'
import type { ComponentChildren } from 'preact'
import { anyValueText } from '../../spans/any-value-text.ts'
import { ATTR_ATTRIBUTION, spanKindName } from '../../spans/semconv.ts'
import { formatDate, formatDuration, formatOffset } from '../format/format.ts'
import { searchFor } from '../search/search-query.ts'
import { LongText } from './long-text.tsx'
import type { SpanNode, TraceTree } from './trace-tree.ts'

const STATUS_NAMES = ['unset', 'ok', 'error']

interface SpanDetailsProps {
  readonly traceId: string
  readonly node: SpanNode
  /** Which of its children have not arrived. */
  readonly missing: string | undefined
  readonly tree: TraceTree
  /** Selects another span of this trace. */
  readonly onReveal: (spanId: string) => void
}

/** All fields of a span, shown below its row. */
export function SpanDetails({ traceId, node, missing, tree, onReveal }: SpanDetailsProps) {
  const { span, resource, scope } = node
  const startMillis = tree.startUnixMillis + node.startNano / 1e6
  const followers = [...tree.byId.values()].filter(({ span: { links } }) =>
    links.some((link) => link.traceId === traceId && link.spanId === span.spanId),
  )
  const { code = 0, message } = span.status
  return (
    <div role="row" class="span-details">
      <div role="gridcell" class="details">
        {node.isError && (
          <div class="status-message">
            <span class="badge error">error</span> <LongText text={message || 'no message'} />
          </div>
        )}
        {missing !== undefined && (
          <div class="missing-children">
            <span class="badge warn">missing children</span> {missing}
          </div>
        )}
        <dl class="facts-table">
          <Fact name="Name">
            <LongText text={span.name || '(no name)'} />
          </Fact>
          <Fact name="Service">{node.service}</Fact>
          <Fact name="Kind">{spanKindName(span.kind)}</Fact>
          <Fact name="Status">{STATUS_NAMES[code] ?? String(code)}</Fact>
          <Fact name="Duration">{formatDuration(node.durationNano)}</Fact>
          <Fact name="Starts">
            {formatDate(startMillis)} {node.startNano > 0 && `(${formatOffset(node.startNano)})`}
          </Fact>
          <Fact name="Span id">
            <code class="id">{span.spanId}</code>
          </Fact>
          {span.parentSpanId && (
            <Fact name="Parent">
              {node.isOrphan ? (
                <>
                  <code class="id">{span.parentSpanId}</code> has not arrived
                </>
              ) : (
                <SpanLink spanId={span.parentSpanId} tree={tree} onReveal={onReveal} />
              )}
            </Fact>
          )}
          {scope.name && (
            <Fact name="Scope">
              {scope.name} {scope.version}
            </Fact>
          )}
          {span.traceState && <Fact name="tracestate">{span.traceState}</Fact>}
        </dl>
        <Attributes title="Attributes" attributes={span.attributes} dropped={span.droppedAttributesCount} />
        {span.events.length > 0 && (
          <section>
            <h3>Events</h3>
            {span.events.map((event, index) => (
              <EventDetails key={index} event={event} startUnixNano={span.startTimeUnixNano} />
            ))}
          </section>
        )}
        {(span.links.length > 0 || followers.length > 0) && (
          <section>
            <h3>Links</h3>
            <ul class="links">
              {span.links.map((link, index) => (
                <li key={index}>
                  {isPossible(link.attributes) ? 'may follow from' : 'follows from'}{' '}
                  {!link.traceId || !link.spanId ? (
                    'a span without an id'
                  ) : link.traceId === traceId ? (
                    <SpanLink spanId={link.spanId} tree={tree} onReveal={onReveal} />
                  ) : (
                    <a href={`/trace/${link.traceId}#span-${link.spanId}`}>
                      span {link.spanId} of trace <code class="id">{link.traceId}</code>
                    </a>
                  )}
                  <Attributes attributes={link.attributes} dropped={link.droppedAttributesCount} />
                </li>
              ))}
              {followers.map((follower) => (
                <li key={follower.span.spanId}>
                  followed by <SpanLink spanId={follower.span.spanId} tree={tree} onReveal={onReveal} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <Attributes
          title="Resource"
          attributes={resource.attributes}
          dropped={resource.droppedAttributesCount}
        />
      </div>
    </div>
  )
}

function EventDetails({ event, startUnixNano }: { event: OtlpEvent; startUnixNano: string }) {
  const since = Number(BigInt(event.timeUnixNano) - BigInt(startUnixNano))
  return (
    <div class="event">
      <p>
        <b>{event.name}</b> <small>{formatOffset(since)}</small>
      </p>
      <Attributes attributes={event.attributes} dropped={event.droppedAttributesCount} />
    </div>
  )
}

interface SpanLinkProps {
  readonly spanId: string
  readonly tree: TraceTree
  readonly onReveal: (spanId: string) => void
}

/** True for a link to an action that is only one of several possible causes. */
function isPossible(attributes: readonly KeyValue[]): boolean {
  return attributes.some(({ key, value }) => key === ATTR_ATTRIBUTION && value.stringValue === 'possible')
}

function SpanLink({ spanId, tree, onReveal }: SpanLinkProps) {
  const target = tree.byId.get(spanId)
  return (
    <a
      href={`#span-${spanId}`}
      onClick={(event) => {
        event.preventDefault()
        onReveal(spanId)
      }}
    >
      {target ? `${target.service}: ${target.span.name}` : `span ${spanId}, which has not arrived`}
    </a>
  )
}

interface AttributesProps {
  readonly title?: string
  readonly attributes: readonly KeyValue[]
  readonly dropped?: number | undefined
}

function Attributes({ title, attributes, dropped }: AttributesProps) {
  if (attributes.length === 0 && !dropped) return null
  const sorted = attributes.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  return (
    <section>
      {title && <h3>{title}</h3>}
      <dl class="attributes">
        {sorted.map(({ key, value }, index) => (
          <div key={index}>
            <dt>
              <LongText text={key} />
            </dt>
            <dd>
              <LongText text={anyValueText(value)} />
              <FindLink attribute={{ key, value }} />
            </dd>
          </div>
        ))}
      </dl>
      {dropped ? <p class="hint">{dropped} more were dropped by the sender</p> : null}
    </section>
  )
}

function FindLink({ attribute: { key, value } }: { attribute: KeyValue }) {
  const isScalar = value.arrayValue === undefined && value.kvlistValue === undefined
  const address = isScalar ? searchFor(key, anyValueText(value)) : undefined
  return address === undefined ? null : (
    <a class="find" href={address} title="Find traces with this value">
      <svg viewBox="0 0 16 16" role="img" aria-label={`Find traces with this ${key}`}>
        <circle cx="7" cy="7" r="4.5" />
        <path d="m10.5 10.5 4 4" />
      </svg>
    </a>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
