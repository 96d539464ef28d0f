import { Redis } from 'ioredis'

const COUNTER = 'carrier:tracking-number'

/** The tracking numbers that the carrier has given out, counted in Redis. */
export interface TrackingNumbers {
  next(): Promise<string>
  close(): Promise<void>
}

/** Connects to Redis. Rejects when it does not answer. */
export async function openTrackingNumbers(
  url: string,
  onError: (error: Error) => void,
): Promise<TrackingNumbers> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 })
  redis.on('error', onError)
  await redis.connect()
  return {
    next: async () => `TL${String(await redis.incr(COUNTER)).padStart(8, '0')}`,
    close: async () => void (await redis.quit()),
  }
}
