/**
 * Whether a page with TLS may use an address: with TLS, or of this machine, which needs none.
 *
 * @see https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy
 */
export function isTrustworthyUrl({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'https:' ||
    protocol === 'wss:' ||
    /^(?:127(?:\.\d+){3}|\[::1\]|(?:[^.]+\.)*localhost\.?)$/.test(hostname)
  )
}
