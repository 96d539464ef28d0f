import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Runs tasks one at a time, in order. */
export type Turns = (task: () => Promise<void>) => Promise<void>

/**
 * Creates a queue for tasks that need much memory. Collects garbage between them while heap and buffers take more than
 * `collectAboveBytes`: V8 would otherwise let both grow with every task.
 */
export function createTurns(collectAboveBytes: number): Turns {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  let last = Promise.resolve()
  return (task) => {
    const turn = last.then(task)
    last = turn
      .catch(() => undefined)
      .then(() => new Promise((resolve) => setImmediate(resolve)))
      .then(() => {
        if (usedBytes() > collectAboveBytes) collectGarbage()
      })
    return turn
  }
}

function usedBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}
