import type { Context } from '@opentelemetry/api'
import type { Action } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'
import type { Gesture } from '../actions/user-events.ts'
import { patchMethod } from '../context/patch.ts'
import { rememberLeaving } from './leave-link.ts'
import { nameLocation } from './name-location.ts'

/** The part of the Navigation API used here; not in every browser. */
interface NavigateEvent extends Event {
  readonly destination: { readonly url: string; readonly sameDocument: boolean }
  readonly navigationType: 'push' | 'replace' | 'traverse' | 'reload'
  readonly hashChange: boolean
  readonly downloadRequest: string | null
  readonly userInitiated: boolean
}

export interface NavigationParts {
  readonly actions: ActionTracker
  readonly active: () => Context
  readonly enter: (action: Action, event?: Event) => void
  /** A link is followed when its click has been dispatched. */
  readonly gesture: Gesture
}

/**
 * Opens an action for every navigation inside the page, as a child of the action that caused it, and remembers the
 * action that leaves the page. By the Navigation API where there is one, else by `history`.
 *
 * @returns stops it.
 */
export function trackNavigations(parts: NavigationParts): () => void {
  const { navigation } = window as { navigation?: EventTarget }
  let latest: Action | undefined
  const navigate = (url: string, isReplace: boolean) => {
    const to = new URL(url, document.baseURI)
    const samePath = to.pathname === location.pathname
    // A page that writes its filters into the address goes nowhere.
    if (samePath && (isReplace || to.search === location.search)) return
    latest = startNavigation(parts, to)
  }
  const onNavigate = (event: NavigateEvent) => {
    const { destination, navigationType, hashChange, downloadRequest, userInitiated } = event
    if (hashChange || downloadRequest !== null) return
    if (destination.sameDocument) return navigate(destination.url, navigationType === 'replace')
    const leaving = parts.actions.active() ?? (userInitiated ? parts.gesture.action : undefined)
    const isLeft = leaving && !leaving.ended && leaving.span.isRecording()
    if (isLeft) leaving.use()
    rememberLeaving(isLeft ? leaving.span.spanContext() : undefined)
  }
  const stops = [
    navigation
      ? listen(navigation, 'navigate', (event) => onNavigate(event as NavigateEvent))
      : patchHistory(navigate),
    // A page out of the back/forward cache goes on where it was; what it does now is no part of its load.
    listen(window, 'pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) latest = startNavigation(parts, new URL(location.href))
    }),
    // Going back is heard of before it happens; what the page does about it, it does in this event.
    listen(window, 'popstate', (event) => {
      if (!navigation) latest = startNavigation(parts, new URL(location.href))
      else if (latest && !latest.ended) parts.enter(latest, event)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function startNavigation({ actions, active, enter }: NavigationParts, to: URL): Action {
  const cause = actions.active()
  const action = actions.start({
    name: `navigate ${nameLocation(to.pathname)}`,
    type: 'navigation',
    ...(cause && !cause.ended ? { parent: active() } : {}),
  })
  action.use()
  action.awaitPaint()
  enter(action)
  return action
}

function patchHistory(navigate: (url: string, isReplace: boolean) => void): () => void {
  const restores = (['pushState', 'replaceState'] as const).map((name) =>
    patchMethod(History.prototype, name, (stock) => {
      return function (this: unknown, ...args: unknown[]): unknown {
        try {
          if (args[2] != null) navigate(String(args[2]), name === 'replaceState')
        } catch {
          // The platform will say what is wrong with the address.
        }
        return Reflect.apply(stock, this, args)
      }
    }),
  )
  return () => {
    for (const restore of restores) restore()
  }
}

function listen(target: EventTarget, type: string, listener: (event: Event) => void): () => void {
  const guarded = (event: Event) => {
    try {
      listener(event)
    } catch {
      // The page's navigation goes on.
    }
  }
  target.addEventListener(type, guarded, true)
  return () => target.removeEventListener(type, guarded, true)
}
