import type { Baggage, BaggageEntry } from '@opentelemetry/api'

/** An immutable `Baggage` of the OpenTelemetry API, which stores its entries in a map. */
export class MapBaggage implements Baggage {
  readonly #entries: ReadonlyMap<string, BaggageEntry>

  constructor(entries: ReadonlyMap<string, BaggageEntry> = new Map()) {
    this.#entries = entries
  }

  getEntry(key: string): BaggageEntry | undefined {
    return this.#entries.get(key)
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this.#entries]
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new MapBaggage(new Map(this.#entries).set(key, entry))
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key)
  }

  removeEntries(...keys: string[]): Baggage {
    return new MapBaggage(new Map(this.getAllEntries().filter(([key]) => !keys.includes(key))))
  }

  clear(): Baggage {
    return new MapBaggage()
  }
}
