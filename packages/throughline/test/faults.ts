import type { Routes, Site } from './site.ts'

/** A healthy chain with one fault, and the finding that it must give. */
export interface Fault {
  readonly name: string
  /** The only finding. */
  readonly finds: string
  /** What the finding must name. */
  readonly sees?: RegExp
  /** The site with the page. */
  readonly routes: Routes | ((other: Site) => Routes)
  /** A site of another origin. Default: none of its paths exists. */
  readonly other?: Routes | ((page: () => Site) => Routes)
  /** The page is served with TLS, by a certificate that is trusted. */
  readonly hasTls?: boolean
  /** Arguments after the address of the page. */
  readonly args?: (other: Site) => readonly string[]
}
