import type { Page } from '@playwright/test'

/**
 * Waits until React is followed: the chunk has loaded and has replaced the function that React calls at each commit.
 *
 * @param before an expression for the function that was there before, for instance that of React DevTools; by default
 *   that of the hook that the SDK makes
 */
export async function waitForReact(page: Page, before = 'String'): Promise<void> {
  await page.waitForFunction(
    `(window.__REACT_DEVTOOLS_GLOBAL_HOOK__?.onCommitFiberRoot ?? ${before}) !== ${before}`,
    undefined,
    { polling: 20 },
  )
}
