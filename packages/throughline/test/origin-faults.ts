import type { Fault } from './faults.ts'
import { healthy, page, SCRIPT, type Site } from './site.ts'

const INTEGRITY = 'integrity="sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="'
const withLoaderOf = ({ origin }: Site, attributes: string) =>
  healthy({
    'GET /': page({
      head: `<script src="${origin}/throughline.js" ${attributes} data-sdk="/throughline-sdk.js" data-service-name="shop-web"></script>`,
    }),
  })

/** Faults between two origins. */
export const ORIGIN_FAULTS: readonly Fault[] = [
  {
    name: 'an address that redirects to another origin',
    finds: 'page-redirect',
    routes: ({ url }) => healthy({ 'GET /': { status: 302, headers: { location: url } } }),
    other: healthy(),
  },
  {
    name: 'a hash for a script of another origin without crossorigin',
    finds: 'page-script-cors',
    sees: /integrity without crossorigin/,
    routes: (other) => withLoaderOf(other, INTEGRITY),
    other: { 'GET /throughline.js': SCRIPT },
  },
  {
    name: 'a script of another origin without CORS',
    finds: 'page-script-cors',
    sees: /access-control-allow-origin is absent/,
    routes: (other) => withLoaderOf(other, `${INTEGRITY} crossorigin`),
    other: { 'GET /throughline.js': SCRIPT },
  },
]
