import { useEffect, useState } from 'preact/hooks'
import { requestHeadingFocus } from './heading-focus.ts'
import { parseRoute, type Route } from './routes.ts'

const listeners = new Set<() => void>()

/** Navigates to another page of the shop without loading a document. */
export function navigate(path: string): void {
  // As with any link, a navigation to the current address adds no history entry.
  if (path === currentPath()) history.replaceState(history.state, '', path)
  else history.pushState(null, '', path)
  requestHeadingFocus()
  scrollTo(0, 0)
  notify()
}

/** Changes the address of the current page, so that it can be shared; focus and scroll position are kept. */
export function replacePath(path: string): void {
  history.replaceState(history.state, '', path)
  notify()
}

/** The page of the current address, updated by links, `navigate` and the back button. */
export function useRoute(): Route {
  const [route, setRoute] = useState(currentRoute)
  useEffect(() => {
    let shownPath = currentPath()
    const update = () => {
      shownPath = currentPath()
      setRoute(currentRoute())
    }
    const returnInHistory = () => {
      // The skip link changes only the hash, not the page.
      if (currentPath() === shownPath) return
      requestHeadingFocus()
      update()
    }
    listeners.add(update)
    addEventListener('popstate', returnInHistory)
    document.addEventListener('click', followLink)
    return () => {
      listeners.delete(update)
      removeEventListener('popstate', returnInHistory)
      document.removeEventListener('click', followLink)
    }
  }, [])
  return route
}

function currentRoute(): Route {
  return parseRoute(new URL(location.href))
}

function currentPath(): string {
  return location.pathname + location.search
}

function notify(): void {
  for (const listener of listeners) listener()
}

// One listener makes every plain `<a href>` a client-side link; the browser handles all others.
function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.target !== '' || link.hasAttribute('download')) return
  const url = new URL(link.href)
  if (url.origin !== location.origin || url.hash !== '') return
  event.preventDefault()
  navigate(url.pathname + url.search)
}
