/** Matches a `data-` attribute that is no option of the script tag. */
export const WITHOUT_EFFECT: RegExp =
  /^data-(?!(service-(name|version)|environment|endpoint|propagate-to|no-propagate|sample-ratio|consent|debug|(sdk|extras|react)(-integrity)?)$)/

/** Names each `data-` attribute of the script tag that has no effect. Tools of the page may have added it. */
export function checkAttributes({ attributes }: HTMLElement): void {
  const names = [...attributes].map(({ name }) => name).filter((name) => WITHOUT_EFFECT.test(name))
  if (names.length > 0) console.info(`[throughline] attributes without effect: ${names.join(', ')}`)
}
