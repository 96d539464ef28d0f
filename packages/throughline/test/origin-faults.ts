import { api } from './cors-faults.ts'
import type { Fault } from './faults.ts'
import { ACCEPTED, healthy, page, SCRIPT, type Site } from './site.ts'

const INTEGRITY = 'integrity="sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="'
const withLoaderOf = ({ origin }: Site, attributes: string) =>
  healthy({
    'GET /': page({
      head: `<script src="${origin}/throughline.js" ${attributes} data-sdk="/throughline-sdk.js" data-service-name="shop-web"></script>`,
    }),
  })

/** An address of this machine that is not one of the loopback, as that of another machine. */
const onAnyAddress = ({ origin }: Site) => origin.replace('127.0.0.1', '0.0.0.0')
const withApi = (origin: string) =>
  healthy({
    'GET /': page({
      head: `<script src="/throughline.js" data-service-name="shop-web" data-propagate-to="${origin}"></script>`,
    }),
  })
const RELAY_CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type',
  'access-control-allow-methods': 'POST',
}

/** Faults between two origins. */
export const ORIGIN_FAULTS: readonly Fault[] = [
  {
    name: 'an address that redirects to another origin',
    finds: 'page-redirect',
    routes: ({ url }) => healthy({ 'GET /': { status: 302, headers: { location: url } } }),
    other: healthy(),
  },
  {
    name: 'a page with TLS that calls an API without TLS',
    finds: 'page-mixed-content',
    sees: /uses http:\/\/0\.0\.0\.0:\d+\/$/,
    routes: (other) => withApi(onAnyAddress(other)),
    other: api(),
    hasTls: true,
  },
  {
    name: 'a page with TLS that posts its spans without TLS',
    finds: 'page-mixed-content',
    sees: /uses http:\/\/0\.0\.0\.0:\d+\/v1\/traces$/,
    routes: healthy(),
    other: {
      'OPTIONS /v1/traces': { status: 204, headers: RELAY_CORS },
      'POST /v1/traces': { ...ACCEPTED, headers: { ...ACCEPTED.headers, ...RELAY_CORS } },
    },
    args: (other) => [`--endpoint=${onAnyAddress(other)}/v1/traces`],
    hasTls: true,
  },
  {
    name: 'a script of another origin that may not be embedded',
    finds: 'page-script-corp',
    sees: /^loader .*: cross-origin-resource-policy same-origin$/,
    routes: (other) => withLoaderOf(other, ''),
    other: {
      'GET /throughline.js': {
        ...SCRIPT,
        headers: { ...SCRIPT.headers, 'cross-origin-resource-policy': 'same-origin' },
      },
    },
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
