import type { Page } from '@playwright/test'

/**
 * Collects the uncaught errors and console lines of a page in a list. Messages of the browser about failed requests are
 * omitted, because a page cannot prevent them.
 */
export function listenForNoise(page: Page): string[] {
  const noise: string[] = []
  page.on('pageerror', ({ message }) => noise.push(`uncaught: ${message}`))
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource')) noise.push(message.text())
  })
  return noise
}
