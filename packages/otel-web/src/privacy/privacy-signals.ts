/** True if the browser sends Do Not Track or Global Privacy Control. */
export function hasPrivacySignal(): boolean {
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean }
  return globalPrivacyControl === true || doNotTrack === '1'
}
