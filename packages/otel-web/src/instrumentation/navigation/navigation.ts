import type { Context } from '@opentelemetry/api'
import type { Action } from '../../actions/action.ts'
import { rememberLeaving } from '../../actions/leave-link.ts'
import { nameLocation } from '../../actions/name-location.ts'
import type { PageSdk } from '../../page-sdk.ts'
import { readDocument } from '../../platform/document.ts'
import { guarded } from '../../platform/guarded.ts'
import { call, patchMethod, type Restore } from '../../platform/patch.ts'
import { stopAll } from '../../platform/stop-all.ts'

/** The part of the Navigation API that is used here. Not every browser has it. */
interface NavigateEvent extends Event {
  readonly destination: { readonly url: string; readonly sameDocument: boolean }
  readonly navigationType: 'push' | 'replace' | 'traverse' | 'reload'
  readonly hashChange: boolean
  readonly downloadRequest: string | null
  readonly userInitiated: boolean
}

/**
 * Starts an action for each same-document navigation, as a child of the action that caused it. Remembers the action
 * that navigates to another document. Uses the Navigation API if the browser has it, otherwise `history`.
 *
 * @returns stops tracking
 */
export function trackNavigations(sdk: PageSdk): Restore {
  const { actions, pageContexts, gesture } = sdk
  const { listen } = sdk.listeners
  const { navigation, NavigateEvent } = window as {
    navigation?: EventTarget
    NavigateEvent?: { readonly prototype: object }
  }
  let latest: Action | undefined
  let intercepted: Event | undefined
  // Without the Navigation API, `popstate` comes after the URL has changed, so the previous URL is kept here.
  let from: Pick<URL, 'pathname' | 'search'> = navigation ? location : new URL(location.href)
  const navigate = (url: string, isReplace: boolean, parent?: Context) => {
    const to = new URL(url, readDocument('baseURI'))
    const { pathname, search } = from
    if (!navigation) from = to
    // A changed query string alone, written by `replaceState`, is not a navigation.
    const stays = to.pathname === pathname && (isReplace || to.search === search)
    latest = stays ? undefined : startNavigation(sdk, to, parent)
  }
  /**
   * The active action or, for the navigation of a link, the action of the click: its context is no longer active then.
   */
  const causeOf = (followsLink = false) => actions.active() ?? (followsLink ? gesture.action : undefined)
  const parentOf = (cause: Action | undefined) => {
    if (!cause || cause.ended) return undefined
    return cause === actions.active() ? pageContexts.active() : cause.context
  }
  const onNavigate = (event: NavigateEvent) => {
    // A listener of the page may have called `intercept()` before this listener ran.
    if (event === intercepted) return
    latest = undefined
    const { destination, navigationType, hashChange, downloadRequest, userInitiated } = event
    if (hashChange || downloadRequest !== null) return
    if (destination.sameDocument) {
      // A traversal runs in a separate task, so an action that is still active did not cause it.
      const parent = navigationType === 'traverse' ? undefined : parentOf(causeOf())
      return navigate(destination.url, navigationType === 'replace', parent)
    }
    const leaving = causeOf(userInitiated)
    const isLeft = leaving && !leaving.ended && leaving.span.isRecording()
    if (isLeft) leaving.use()
    rememberLeaving(isLeft ? leaving.span.spanContext() : undefined)
  }
  // At its start an intercepted navigation looks cross-document. `intercept()` turns it into a same-document one.
  const onIntercept = (event: NavigateEvent) => {
    const { destination, navigationType, userInitiated } = event
    if (destination.sameDocument || event === intercepted) return
    intercepted = event
    rememberLeaving(undefined)
    navigate(destination.url, navigationType === 'replace', parentOf(causeOf(userInitiated)))
  }
  return stopAll([
    navigation
      ? listen(navigation, 'navigate', onNavigate)
      : patchHistory((url, isReplace) => navigate(url, isReplace, parentOf(causeOf()))),
    patchMethod(NavigateEvent?.prototype, 'intercept', (stock, event, args) => {
      const result = call(stock, event, args)
      guarded(() => onIntercept(event as NavigateEvent))
      return result
    }),
    // A page restored from the back/forward cache is already loaded: its work does not belong to its page load.
    listen<PageTransitionEvent>(window, 'pageshow', ({ persisted }) => {
      if (persisted) latest = startNavigation(sdk, new URL(location.href))
    }),
    // With the Navigation API, the action of a traversal has already started: `navigate` comes before `popstate`. The
    // page reacts to the traversal in its `popstate` listeners.
    listen(window, 'popstate', (event) => {
      if (!navigation) navigate(location.href, false)
      if (latest && !latest.ended) sdk.enter(latest.context, event)
    }),
  ])
}

function startNavigation(sdk: PageSdk, to: URL, parent?: Context): Action {
  const action = sdk.actions.start({
    name: `navigate ${nameLocation(to.pathname)}`,
    type: 'navigation',
    url: to,
    ...(parent ? { parent } : {}),
  })
  action.use()
  action.awaitPaint()
  sdk.enter(action.context)
  return action
}

function patchHistory(navigate: (url: string, isReplace: boolean) => void): Restore {
  const restores = (['pushState', 'replaceState'] as const).map((name) =>
    patchMethod(History.prototype, name, (stock, history, args) => {
      // Only strings and URLs are read: converting another object here would run its `toString` twice.
      const url = args[2]
      if (typeof url === 'string' || url instanceof URL) {
        guarded(() => navigate(String(url), name === 'replaceState'))
      }
      return call(stock, history, args)
    }),
  )
  return stopAll(restores)
}
