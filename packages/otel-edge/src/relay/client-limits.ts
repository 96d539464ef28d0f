import { clientKey, createRateLimit } from './rate-limit.ts'
import type { RelayContext } from './relay-context.ts'
import type { RelayOptions } from './relay-options.ts'

interface RateLimitBinding {
  limit(options: { key: string }): Promise<{ success: boolean }>
}

/** The limits of a relay. Each method returns the milliseconds until the client may send again; 0 if it may send now. */
export interface ClientLimits {
  /** Counts a batch. */
  batch(c: RelayContext): Promise<number>
  /** Counts the size of a batch. */
  bytes(c: RelayContext, sizeBytes: number): number
}

export function createClientLimits({
  perClientPerMinute = 1_200,
  perMinute = 6_000,
  bytesPerClientPerMinute = 20 * 1024 * 1024,
  rateLimit,
}: RelayOptions): ClientLimits {
  const limitClient = createRateLimit(perClientPerMinute)
  const limitBytes = createRateLimit(bytesPerClientPerMinute)
  const limitAll = createRateLimit(perMinute)
  return {
    async batch(c) {
      const client = clientOf(c)
      const waitMillis = (await limitByBinding(c, rateLimit, client)) ?? limitClient(client)
      // A refused batch does not count towards the limit for all clients. Otherwise one client could block the others.
      return waitMillis || limitAll('all')
    },
    bytes: (c, sizeBytes) => limitBytes(clientOf(c), sizeBytes),
  }
}

function clientOf(c: RelayContext): string {
  return clientKey(c.req.header('cf-connecting-ip') ?? '')
}

async function limitByBinding(
  c: RelayContext,
  name: string | undefined,
  key: string,
): Promise<number | undefined> {
  const binding = name === undefined ? undefined : (c.env as Record<string, RateLimitBinding>)[name]
  if (!binding) return undefined
  try {
    const { success } = await binding.limit({ key })
    return success ? 0 : 10_000
  } catch {
    // When the binding fails, the count in memory is used.
    return undefined
  }
}
