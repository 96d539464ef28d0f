import type { CollectorOptions } from '../start-collector.ts'

/**
 * Reads the collector's options from environment variables. Throws an `Error` that names the first invalid variable and
 * its value.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): CollectorOptions {
  const otlpPort = readInteger(env, 'OTLP_PORT', 0, 65_535)
  const uiPort = readInteger(env, 'UI_PORT', 0, 65_535)
  const maxAgeMinutes = readInteger(env, 'MAX_AGE_MINUTES', 1, 5_256_000)
  const maxSpans = readInteger(env, 'MAX_SPANS', 1, 100_000_000)
  const maxMegabytes = readInteger(env, 'MAX_MEGABYTES', 1, 1_000_000)
  return {
    ...(otlpPort !== undefined && { otlpPort }),
    ...(uiPort !== undefined && { uiPort }),
    ...(maxAgeMinutes !== undefined && { maxAgeMillis: maxAgeMinutes * 60_000 }),
    ...(maxSpans !== undefined && { maxSpans }),
    ...(maxMegabytes !== undefined && { maxBytes: maxMegabytes * 1_000_000 }),
    ...(env.LISTEN_HOST && { host: env.LISTEN_HOST }),
    ...(env.ALLOWED_HOSTS && { allowedHosts: readHosts(env.ALLOWED_HOSTS) }),
    ...(env.REDACT && { redact: readBoolean(env.REDACT) }),
    ...(env.DATABASE_PATH && { databasePath: env.DATABASE_PATH }),
  }
}

/**
 * Parses a comma-separated list of host names as in a `Host` header without port. Throws an `Error` that names the
 * first invalid one.
 */
function readHosts(text: string): string[] {
  const hosts = text.split(',').flatMap((host) => host.trim() || [])
  for (const host of hosts) {
    if (/^(?:[a-z0-9_.-]+|\[?[0-9a-f:.]+\]?)$/i.test(host)) continue
    throw new Error(
      `ALLOWED_HOSTS names "${host}": it must be a host name or an IP address, without port or scheme`,
    )
  }
  return hosts
}

function readBoolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw new Error(`REDACT is "${text}": it must be true or false`)
}

function readInteger(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = env[name]
  if (!text) return undefined
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new Error(`${name} is "${text}": it must be a whole number from ${least} to ${most}`)
}
