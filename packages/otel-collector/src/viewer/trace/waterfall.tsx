// biome-ignore-all lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: a treegrid has no elements of its own
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { formatDuration } from '../format/format.ts'
import { serviceColors } from '../format/service-color.ts'
import { type CriticalPath, segmentsOf } from './critical-path.ts'
import { missingBelow } from './missing-children.ts'
import { SpanDetails } from './span-details.tsx'
import { SpanRow } from './span-row.tsx'
import type { TraceTree } from './trace-tree.ts'
import { ancestorIds, visibleRows } from './visible-rows.ts'

const TICKS = [0, 0.25, 0.5, 0.75, 1]

interface WaterfallProps {
  readonly traceId: string
  readonly tree: TraceTree
  readonly path: CriticalPath
}

/**
 * The spans of a trace as a tree beside a timeline. Keys of the treegrid: Up and Down move, Right and Left expand and
 * collapse, Enter shows the details of a span, Home and End go to the first and the last row.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/treegrid/
 */
export function Waterfall({ traceId, tree, path }: WaterfallProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set(hashSpanId()))
  const [isPathShown, setIsPathShown] = useState(true)
  const [currentId, setCurrentId] = useState(() => hashSpanId()[0])
  const grid = useRef<HTMLDivElement>(null)
  const colorOf = useMemo(() => serviceColors(tree.services.map(({ name }) => name)), [tree])
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed])
  const missing = useMemo(() => missingBelow(tree), [tree])
  const current = rows.find(({ span }) => span.spanId === currentId) ?? rows[0]
  const isFlat = tree.roots.every(({ children }) => children.length === 0)

  const focusRow = (spanId: string) => {
    setCurrentId(spanId)
    const focus = () => {
      const row = grid.current?.querySelector<HTMLElement>(`[data-span-id="${spanId}"]`)
      row?.focus()
      row?.scrollIntoView({ block: 'nearest' })
      return row
    }
    // Focused immediately if the row exists: later, it would take the focus back from where a quick Tab has moved it.
    if (!focus()) requestAnimationFrame(focus)
  }
  const toggleChildren = (spanId: string) => setCollapsed((before) => toggled(before, spanId))
  const toggleDetails = (spanId: string) => {
    setCurrentId(spanId)
    setOpened((before) => toggled(before, spanId))
    history.replaceState(null, '', `#span-${spanId}`)
  }
  const reveal = (spanId: string) => {
    const node = tree.byId.get(spanId)
    if (!node) return
    const above = new Set(ancestorIds(node))
    setCollapsed((before) => new Set([...before].filter((id) => !above.has(id))))
    setOpened((before) => new Set([...before, spanId]))
    history.replaceState(null, '', `#span-${spanId}`)
    focusRow(spanId)
  }
  const revealNextError = () => {
    const all = visibleRows(tree, new Set())
    const after = all.findIndex(({ span }) => span.spanId === currentId) + 1
    const next = [...all.slice(after), ...all.slice(0, after)].find(({ isError }) => isError)
    if (next) reveal(next.span.spanId)
  }
  const latestReveal = useRef(reveal)
  latestReveal.current = reveal
  useEffect(() => {
    const revealHash = () => {
      const [spanId] = hashSpanId()
      if (spanId) latestReveal.current(spanId)
    }
    revealHash()
    addEventListener('hashchange', revealHash)
    return () => removeEventListener('hashchange', revealHash)
  }, [])

  const onKeyDown = (event: KeyboardEvent) => {
    if (!current || !(event.target as Element).matches('[data-span-id]')) return
    const { spanId } = current.span
    const isOpen = current.children.length > 0 && !collapsed.has(spanId)
    const index = rows.indexOf(current)
    const moves: Record<string, () => string | undefined> = {
      ArrowDown: () => rows[index + 1]?.span.spanId,
      ArrowUp: () => rows[index - 1]?.span.spanId,
      Home: () => rows[0]?.span.spanId,
      End: () => rows.at(-1)?.span.spanId,
      ArrowRight: () => {
        if (isOpen) return current.children[0]?.span.spanId
        if (current.children.length > 0) toggleChildren(spanId)
        return spanId
      },
      ArrowLeft: () => {
        if (!isOpen) return current.parent?.span.spanId ?? spanId
        toggleChildren(spanId)
        return spanId
      },
      Enter: () => {
        toggleDetails(spanId)
        return spanId
      },
      ' ': () => {
        toggleDetails(spanId)
        return spanId
      },
    }
    const move = moves[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const next = move()
    if (next !== undefined) focusRow(next)
  }

  return (
    <section class="waterfall" aria-label="Spans">
      <div class="waterfall-tools">
        {!isFlat && (
          <>
            <button type="button" class="quiet" onClick={() => setCollapsed(new Set())}>
              Expand all
            </button>
            <button type="button" class="quiet" onClick={() => setCollapsed(parentIds(tree))}>
              Collapse all
            </button>
          </>
        )}
        <button
          type="button"
          class="quiet"
          aria-pressed={isPathShown}
          onClick={() => setIsPathShown((isShown) => !isShown)}
        >
          Critical path
        </button>
        {tree.errorCount > 0 && (
          <button type="button" class="quiet" onClick={revealNextError}>
            Next error
          </button>
        )}
        <span class="hint">Arrow keys move, Enter opens a span</span>
      </div>
      <div class="scale" aria-hidden="true">
        {TICKS.map((tick) => (
          <span key={tick} class="tick" style={{ '--at': tick }}>
            {tick === 0 ? '0' : formatDuration(tree.durationNano * tick)}
          </span>
        ))}
      </div>
      <div ref={grid} role="treegrid" aria-label="Spans of the trace" aria-colcount={2} onKeyDown={onKeyDown}>
        {rows.map((node) => {
          const { spanId } = node.span
          const isOpened = opened.has(spanId)
          return [
            <SpanRow
              key={spanId}
              node={node}
              missing={missing.get(spanId)}
              traceDurationNano={tree.durationNano}
              color={colorOf(node.service)}
              critical={isPathShown ? segmentsOf(path, node, collapsed.has(spanId)) : []}
              isCollapsed={collapsed.has(spanId)}
              isOpened={isOpened}
              isCurrent={node === current}
              onToggleChildren={toggleChildren}
              onToggleDetails={toggleDetails}
            />,
            isOpened && (
              <SpanDetails
                key={`${spanId}-details`}
                traceId={traceId}
                node={node}
                missing={missing.get(spanId)}
                tree={tree}
                onReveal={reveal}
              />
            ),
          ]
        })}
      </div>
    </section>
  )
}

function hashSpanId(): string[] {
  const spanId = /^#span-([0-9a-f]{16})$/.exec(location.hash)?.[1]
  return spanId === undefined ? [] : [spanId]
}

function parentIds(tree: TraceTree): Set<string> {
  const parents = [...tree.byId.values()].filter(({ children }) => children.length > 0)
  return new Set(parents.map(({ span }) => span.spanId))
}

function toggled(ids: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
