/** Matches a `data-` attribute that is no option of the script tag. */
export const WITHOUT_EFFECT: RegExp =
  /^data-(?!(service-(name|version)|environment|endpoint|propagate-to|no-propagate|sample-ratio|consent|debug|user-id|hash-user-id|propagate-user|attribute-.+|(sdk|extras|react)(-integrity)?)$)/

/** The `data-` attributes of the script tag that have no effect. Tools of the page may have added them. */
export function listWithoutEffect({ attributes }: HTMLElement): string[] {
  return Array.from(attributes, ({ name }) => name).filter((name) => WITHOUT_EFFECT.test(name))
}
