import type { ComponentChildren, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { useHeadingFocus } from './heading-focus.ts'

interface PageHeadingProps {
  /** The title of the document, before the shop's name. */
  readonly title: string
  readonly children?: ComponentChildren
}

/** The one `h1` of a page: names the tab and takes the focus after a navigation. */
export function PageHeading({ title, children = title }: PageHeadingProps): JSX.Element {
  const heading = useHeadingFocus()
  useEffect(() => {
    document.title = `${title} · Fairweather`
  }, [title])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
