/** Svelte's components, as `build.ts` compiles them for one of its versions. */
declare module 'svelte-components' {
  export const places: readonly string[]
  export function mountApp(
    target: HTMLElement,
    look: (where: string, right: string | undefined) => void,
  ): (nth: number, owner: string) => void
  export function tick(): Promise<void>
}
