// biome-ignore-all lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: a treegrid has no elements of its own

import { ATTR_INCOMPLETE, ATTR_KEPT } from '../../spans/semconv.ts'
import { spanTarget } from '../../spans/span-title.ts'
import { formatCount, formatDuration } from '../format/format.ts'
import type { Segment } from './critical-path.ts'
import { repeatedCalls } from './repeated-calls.ts'
import type { SpanNode } from './trace-tree.ts'

const MAX_INDENT = 14

interface SpanRowProps {
  readonly node: SpanNode
  /** Which of its children have not arrived. */
  readonly missing: string | undefined
  readonly traceDurationNano: number
  readonly color: string
  /** The parts of the critical path to show at the bar. */
  readonly critical: readonly Segment[]
  readonly isCollapsed: boolean
  readonly isOpened: boolean
  readonly isCurrent: boolean
  readonly onToggleChildren: (spanId: string) => void
  readonly onToggleDetails: (spanId: string) => void
}

/** A row of the waterfall: the name of a span in the tree, and its bar on the timeline. */
export function SpanRow(props: SpanRowProps) {
  const { node, traceDurationNano, color, critical, isCollapsed, isOpened, isCurrent } = props
  const { span, children, descendants } = node
  const target = spanTarget(span)
  const whole = Math.max(traceDurationNano, 1)
  const left = node.startNano / whole
  const width = node.durationNano / whole
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it handles the keys
    <div
      role="row"
      class="span-row"
      data-span-id={span.spanId}
      tabIndex={isCurrent ? 0 : -1}
      aria-level={node.depth + 1}
      aria-expanded={children.length > 0 ? !isCollapsed : undefined}
      aria-selected={isOpened}
      style={{ '--depth': Math.min(node.depth, MAX_INDENT), '--service': color }}
      onClick={() => props.onToggleDetails(span.spanId)}
    >
      <div role="gridcell" class="span-name">
        {children.length > 0 ? (
          <button
            type="button"
            class="twisty"
            tabIndex={-1}
            aria-label={`${isCollapsed ? 'Show' : 'Hide'} ${formatCount(descendants, 'span')} below`}
            onClick={(event) => {
              event.stopPropagation()
              props.onToggleChildren(span.spanId)
            }}
          >
            {isCollapsed ? descendants : ''}
          </button>
        ) : (
          <span class="no-twisty" />
        )}
        <span class="span-label" title={`${node.service}: ${span.name}`}>
          <span class="span-service">{node.service}</span>{' '}
          <span class="span-operation">{span.name || '(no name)'}</span>
        </span>
        {target !== undefined && (
          <span class="target" title={target}>
            {target}
          </span>
        )}
        <Marks node={node} missing={props.missing} isCollapsed={isCollapsed} />
      </div>
      <div role="gridcell" class="span-time">
        <span
          class={node.isError ? 'bar failed' : 'bar'}
          data-side={left + width > 0.72 && left > 0.28 ? 'left' : left + width > 0.72 ? 'inside' : 'right'}
          style={{ '--left': left, '--width': width }}
        >
          <span class="bar-label">{formatDuration(node.durationNano)}</span>
          {critical.map(({ startNano, endNano }) => (
            <i
              key={startNano}
              class="critical"
              title={`Critical path: ${formatDuration(endNano - startNano)}`}
              style={{
                '--at': (startNano - node.startNano) / node.durationNano,
                '--share': (endNano - startNano) / node.durationNano,
              }}
            />
          ))}
          {span.events.map((event, index) => (
            <i
              key={index}
              class="event-mark"
              title={event.name}
              style={{ '--at': eventShare(node, event.timeUnixNano) }}
            />
          ))}
        </span>
      </div>
    </div>
  )
}

type MarksProps = Pick<SpanRowProps, 'node' | 'missing' | 'isCollapsed'>

function Marks({ node, missing, isCollapsed }: MarksProps) {
  const { span } = node
  const repeated = repeatedCalls(node)
  const kept = span.attributes.find(({ key }) => key === ATTR_KEPT)?.value.stringValue
  return (
    <span class="marks">
      {node.isError && <span class="badge error">error</span>}
      {!node.isError && isCollapsed && node.hasErrorBelow && <span class="badge error">error below</span>}
      {node.isOrphan && (
        <span class="badge warn" title={`Its parent ${span.parentSpanId} has not arrived`}>
          orphan
        </span>
      )}
      {missing !== undefined && (
        <span class="badge warn" title={missing}>
          missing children
        </span>
      )}
      {repeated && (
        <span
          class="badge warn"
          title={`${repeated.count} equal calls one after another took ${formatDuration(repeated.nanos)}. One call for all may be faster.`}
        >
          {repeated.count} × {repeated.name}
        </span>
      )}
      {span.attributes.some(({ key, value }) => key === ATTR_INCOMPLETE && value.boolValue) && (
        <span class="badge" title="The page was left before this span was over">
          incomplete
        </span>
      )}
      {kept !== undefined && (
        <span class="badge" title="Not sampled, but kept">
          kept: {kept}
        </span>
      )}
      {span.links.length > 0 && (
        <span class="badge" title="Follows from other spans">
          {span.links.length === 1 ? 'link' : `${span.links.length} links`}
        </span>
      )}
    </span>
  )
}

/**
 * The position of an event in the bar of its span, from 0 to 1. It is limited, since clocks may put an event outside.
 */
function eventShare({ span, durationNano }: SpanNode, timeUnixNano: string): number {
  const since = Number(BigInt(timeUnixNano) - BigInt(span.startTimeUnixNano))
  return Math.min(Math.max(since / Math.max(durationNano, 1), 0), 1)
}
