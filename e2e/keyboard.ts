import { expect, type Locator } from '@playwright/test'

const MOST_STOPS = 40

/** Waits for the element and presses Tab until it has the focus; every focused element must have a visible outline. */
export async function tabTo(target: Locator): Promise<void> {
  const page = target.page()
  await expect(target).toBeVisible()
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    await page.keyboard.press('Tab')
    const { seen, label } = await page.evaluate(describeFocus)
    expect(seen, `the focus on "${label}" can be seen`).toBe(true)
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`${MOST_STOPS} presses of Tab did not reach ${target}`)
}

/** Runs in the page: does the focused element, or the cover of its card, have an outline? */
function describeFocus(): { seen: boolean; label: string } {
  const element = document.activeElement
  if (element === null || element === document.body) return { seen: true, label: 'the end of the page' }
  const isOutlined = (pseudo?: string) => getComputedStyle(element, pseudo).outlineStyle !== 'none'
  return {
    seen: isOutlined() || isOutlined('::after'),
    label: element.textContent.trim() || element.tagName,
  }
}
