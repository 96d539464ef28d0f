import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A part of a system under test, such as a worker or a process. */
interface Part {
  stop(): unknown
}

interface Parts {
  /** A temporary folder of this system. */
  readonly folder: string
  /** Stops the part with the system, also if it starts after another one has failed. */
  readonly keep: <Started extends Part>(starting: Promise<Started>) => Promise<Started>
}

/** Starts a system of several parts. If that fails, the parts are stopped. Returns what stops all of them. */
export async function startParts(
  name: string,
  start: (parts: Parts) => Promise<void>,
): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), `throughline-${name}-`))
  const parts: Promise<Part>[] = []
  const stop = async () => {
    const started = await Promise.allSettled(parts)
    await Promise.all(started.map((part) => part.status === 'fulfilled' && part.value.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  const keep = <Started extends Part>(starting: Promise<Started>) => {
    parts.push(starting)
    return starting
  }
  try {
    await start({ folder, keep })
    return stop
  } catch (error) {
    await stop()
    throw error
  }
}
