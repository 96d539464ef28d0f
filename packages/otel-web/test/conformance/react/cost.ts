import * as React from 'react'
import { flushSync } from 'react-dom'
import { mount } from './versions/root-client.ts'

const { createElement: h, useCallback, useContext, useEffect, useMemo, useReducer, useRef, useState } = React

const COMPONENTS = 1000
const Theme = React.createContext('light')

interface RowProps {
  readonly turn: number
}

/** The components that are rendered, by what they use. */
const ROWS: Readonly<Record<string, (props: RowProps) => React.ReactNode>> = {
  'no hooks': ({ turn }) => h('li', null, turn),
  'one useState': ({ turn }) => {
    const [value] = useState(0)
    return h('li', null, turn + value)
  },
  'six hooks': ({ turn }) => {
    const [value] = useState(0)
    const [reduced] = useReducer((state: number) => state + 1, 0)
    const ref = useRef(0)
    const memo = useMemo(() => turn + 1, [turn])
    const callback = useCallback(() => turn, [turn])
    const theme = useContext(Theme)
    return h('li', null, value + reduced + ref.current + memo + callback() + theme.length)
  },
  'an effect that runs': ({ turn }) => {
    const last = useRef(0)
    useEffect(() => {
      last.current = turn
    }, [turn])
    return h('li', null, turn)
  },
}

/** Runs the updates of one measurement. */
type Run = (update: () => void) => void

/** Milliseconds that React takes to render all rows again, by what they use; the fastest of ten. */
function measure(run: Run): Record<string, number> {
  const result: Record<string, number> = {}
  for (const [name, set] of Object.entries(setters)) {
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 10; round++) {
      const start = performance.now()
      run(() => flushSync(() => set(++turns)))
      // Runs the effects of the render before.
      run(() => flushSync(() => set(++turns)))
      best = Math.min(best, (performance.now() - start) / 2)
    }
    result[name] = best
  }
  return result
}

/** In the document, hidden: what is measured is React, and not layout. */
function list(): HTMLElement {
  const element = document.body.appendChild(document.createElement('ul'))
  element.hidden = true
  return element
}

let turns = 0
const setters: Record<string, (turn: number) => void> = {}
for (const [name, Row] of Object.entries(ROWS)) {
  const List = () => {
    const [turn, set] = useState(0)
    setters[name] = set
    return h(
      React.Fragment,
      null,
      Array.from({ length: COMPONENTS }, (_, key) => h(Row, { key, turn })),
    )
  }
  mount(list())(h(List))
}
/** `act` is set by `start.ts`, which is not in the page of React alone. */
const page = window as unknown as {
  act?: (name: string, fn: () => void) => void
  cost?: (isInAction: boolean) => Record<string, number>
}
page.cost = (isInAction) =>
  measure(isInAction && page.act ? (update) => page.act?.('action', update) : (update) => update())
