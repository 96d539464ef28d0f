import { patchMethod, type Replacement, type Restore } from '../platform/patch.ts'
import type { LoaderState } from './loader-state.ts'

/** The functions that the loader patches. */
export type Traced = 'fetch' | 'open' | 'setRequestHeader' | 'send'

/**
 * Patches a function that the loader may have patched already. In that case the proxy of the loader is kept and gets a
 * new handler, so that references to the proxy, and wrappers of the page around it, are still traced.
 *
 * @returns removes the patch
 */
export function patchTraced(
  loader: LoaderState | undefined,
  target: object,
  name: Traced,
  replacement: Replacement,
): Restore {
  const early = loader?.[name]
  // `patchMethod` reports a read-only function in `health().unpatched`.
  const own = Object.getOwnPropertyDescriptor(target, name)
  if (!early || (own && !own.writable)) return patchMethod(target, name, replacement)
  early.apply = replacement
  return () => delete early.apply
}
