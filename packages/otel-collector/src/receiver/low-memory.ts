const MIB = 1024 * 1024

/** A database limit up to this indicates a small machine. Memory use is then reduced at the expense of speed. */
const LOW_MEMORY_BYTES = 100_000_000

/** Limits of the receiver's memory use. */
export interface ReceiverMemory {
  /** Garbage is collected after a large body if more heap than this is in use. A collection takes 15 ms. */
  readonly collectAboveBytes: number
  /** The maximum total size of bodies in memory. It has room for at least one body of maximum size. */
  readonly bodyBytes: number
}

/** The limits of the receiver for a database of at most `maxBytes`. */
export function receiverMemory(maxBytes: number): ReceiverMemory {
  return savesMemory(maxBytes)
    ? { collectAboveBytes: 14 * MIB, bodyBytes: 6 * MIB }
    : { collectAboveBytes: 256 * MIB, bodyBytes: 16 * MIB }
}

/** Whether a collector with a database of this size saves memory at the expense of speed. */
export function savesMemory(maxBytes: number): boolean {
  return maxBytes <= LOW_MEMORY_BYTES
}
