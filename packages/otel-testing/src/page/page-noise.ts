import type { Page } from '@playwright/test'

/**
 * Returns a list to which the uncaught errors and console messages of a page are added as they occur. Messages of the
 * browser about failed requests are omitted, because a page cannot prevent them.
 */
export function listenForNoise(page: Page): string[] {
  const noise: string[] = []
  page.on('pageerror', ({ message }) => noise.push(`uncaught: ${message}`))
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource')) noise.push(message.text())
  })
  return noise
}
