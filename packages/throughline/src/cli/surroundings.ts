export const EXIT = {
  /** No finding has the severity `error`. */
  fine: 0,
  /** At least one finding has the severity `error`. */
  faulty: 1,
  /** The options are wrong, or the page cannot be reached. */
  unusable: 2,
} as const

/** Where a command prints, and what it knows of its terminal. */
export interface Surroundings {
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
  /** Whether `print` writes to a terminal. */
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Whether the output has colours: on a terminal, unless `NO_COLOR` is set, or always with `FORCE_COLOR`.
 *
 * @see https://no-color.org and https://force-color.org
 */
export function hasColours({ isTerminal, env }: Surroundings): boolean {
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTerminal && !env.NO_COLOR
}
