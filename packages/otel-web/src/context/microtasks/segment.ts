import type { Context } from '@opentelemetry/api'

/** Rounds without activity after which one segment expires although others in the same checkpoint are active. */
const PATIENCE = 512

/** A part of the synchronous code or of the microtask queue that belongs to one context. */
export class Segment {
  readonly context: Context
  /** The microtask that makes the context of this segment active. */
  readonly boundary: () => void
  /** Rounds without activity after which this segment expires although others are active. */
  readonly patience: number
  silentRounds = 0

  constructor(context: Context, owner: { cross(segment: Segment): void }, patience: number = PATIENCE) {
    this.context = context
    this.patience = patience
    this.boundary = () => owner.cross(this)
  }
}
