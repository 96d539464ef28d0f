/** Variables of the environment by name. Throws an `Error` that names those that are not set. */
export function readVariables<Name extends string>(...names: readonly Name[]): Record<Name, string> {
  const missing = names.filter((name) => !process.env[name])
  if (missing.length > 0) throw new Error(`not set in the environment: ${missing.join(', ')}`)
  return Object.fromEntries(names.map((name) => [name, process.env[name]])) as Record<Name, string>
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** Parses `host:port`. Throws an `Error` when it is not one. */
export function parseAddress(text: string): Address {
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535)
    throw new Error(`"${text}" is not an address: host:port is expected`)
  return { host: host || '0.0.0.0', port: Number(port) }
}
