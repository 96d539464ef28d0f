/** Where pages post their spans. */
export const PATH = '/v1/traces'

/** True if code has a text that begins with the path, as the entry of a proxy and a route have. Comments may mention it. */
export function namesPath(code: string): boolean {
  return /['"`]\^?\/v1\/traces\b/.test(code)
}
