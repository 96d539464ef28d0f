import type { Context } from '@opentelemetry/api'
import type { Action } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'
import type { Gesture } from '../actions/user-events.ts'
import { patchMethod } from '../context/patch.ts'
import { guarded } from '../guarded.ts'
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
  const { navigation, NavigateEvent } = window as {
    navigation?: EventTarget
    NavigateEvent?: { readonly prototype: object }
  }
  let latest: Action | undefined
  let intercepted: Event | undefined
  // Without a Navigation API, going back is heard of when it has happened.
  let from: Pick<URL, 'pathname' | 'search'> = navigation ? location : new URL(location.href)
  const navigate = (url: string, isReplace: boolean, parent?: Context) => {
    const to = new URL(url, document.baseURI)
    const { pathname, search } = from
    if (!navigation) from = to
    // A page that writes its filters into the address goes nowhere.
    const stays = to.pathname === pathname && (isReplace || to.search === search)
    latest = stays ? undefined : startNavigation(parts, to, parent)
  }
  /** What is active, or the click on a link, which is over by then. */
  const causeOf = (followsLink = false) =>
    parts.actions.active() ?? (followsLink ? parts.gesture.action : undefined)
  const parentOf = (cause: Action | undefined) => {
    if (!cause || cause.ended) return undefined
    return cause === parts.actions.active() ? parts.active() : cause.context
  }
  const onNavigate = (event: NavigateEvent) => {
    // A listener of the page's may have been the first.
    if (event === intercepted) return
    latest = undefined
    const { destination, navigationType, hashChange, downloadRequest, userInitiated } = event
    if (hashChange || downloadRequest !== null) return
    if (destination.sameDocument) {
      // Going back is a task of its own: what may still stand then is not what caused it.
      const parent = navigationType === 'traverse' ? undefined : parentOf(causeOf())
      return navigate(destination.url, navigationType === 'replace', parent)
    }
    const leaving = causeOf(userInitiated)
    const isLeft = leaving && !leaving.ended && leaving.span.isRecording()
    if (isLeft) leaving.use()
    rememberLeaving(isLeft ? leaving.span.spanContext() : undefined)
  }
  // Seen from its beginning such a navigation leaves the page; then the page says that it does it all by itself.
  const onIntercept = (event: NavigateEvent) => {
    const { destination, navigationType, userInitiated } = event
    if (destination.sameDocument || event === intercepted) return
    intercepted = event
    rememberLeaving(undefined)
    navigate(destination.url, navigationType === 'replace', parentOf(causeOf(userInitiated)))
  }
  const stops = [
    navigation
      ? listen(navigation, 'navigate', (event) => onNavigate(event as NavigateEvent))
      : patchHistory((url, isReplace) => navigate(url, isReplace, parentOf(causeOf()))),
    patchMethod(NavigateEvent?.prototype, 'intercept', (stock) => {
      return function (this: unknown, ...args: unknown[]): unknown {
        const result = Reflect.apply(stock, this, args)
        guarded(() => onIntercept(this as NavigateEvent))
        return result
      }
    }),
    // A page out of the back/forward cache goes on where it was; what it does now is no part of its load.
    listen(window, 'pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) latest = startNavigation(parts, new URL(location.href))
    }),
    // Going back is heard of before it happens; what the page does about it, it does in this event.
    listen(window, 'popstate', (event) => {
      if (!navigation) navigate(location.href, false)
      if (latest && !latest.ended) parts.enter(latest, event)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function startNavigation({ actions, enter }: NavigationParts, to: URL, parent?: Context): Action {
  const action = actions.start({
    name: `navigate ${nameLocation(to.pathname)}`,
    type: 'navigation',
    ...(parent ? { parent } : {}),
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
        // The platform will say what is wrong with the address.
        if (args[2] != null) guarded(() => navigate(String(args[2]), name === 'replaceState'))
        return Reflect.apply(stock, this, args)
      }
    }),
  )
  return () => {
    for (const restore of restores) restore()
  }
}

function listen(target: EventTarget, type: string, listener: (event: Event) => void): () => void {
  // Whatever goes wrong in here, the page's navigation goes on.
  const own = (event: Event) => guarded(() => listener(event))
  target.addEventListener(type, own, true)
  return () => target.removeEventListener(type, own, true)
}
