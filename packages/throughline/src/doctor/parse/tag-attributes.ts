/** Matches a `data-` attribute that is no option of the script tag, as `packages/otel-web/src/extras/check-attributes.ts` does. */
export const WITHOUT_EFFECT: RegExp =
  /^data-(?!(service-(name|version)|environment|endpoint|propagate-to|no-propagate|sample-ratio|consent|debug|user-id|hash-user-id|propagate-user|attribute-.+|(sdk|extras|react)(-integrity)?)$)/
