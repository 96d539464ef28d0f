import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface NoticeProps {
  readonly title: string
  readonly children: ComponentChildren
  /** Links and buttons for the next step. */
  readonly actions?: ComponentChildren
  /** Whether the notice takes the focus. False where the visitor may be typing. Default: true. */
  readonly takesFocus?: boolean
}

/** An error message with the next step. */
export function Notice({ title, children, actions, takesFocus = true }: NoticeProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (takesFocus) box.current?.focus()
  }, [])
  return (
    <div class="notice" role="alert" tabIndex={-1} ref={box}>
      <h2>{title}</h2>
      {children}
      {actions !== undefined && <div class="actions">{actions}</div>}
    </div>
  )
}
