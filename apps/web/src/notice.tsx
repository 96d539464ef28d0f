import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface NoticeProps {
  readonly title: string
  readonly children: ComponentChildren
  /** What can be done next: links and buttons. */
  readonly actions?: ComponentChildren
  /** False where somebody may be typing. Default: true, so that nobody has to look for it. */
  readonly takesFocus?: boolean
}

/** Says what went wrong and what to do next. */
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
