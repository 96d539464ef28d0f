import { ATTR_URL_PATH, ATTR_URL_SCHEME, ATTR_USER_AGENT_ORIGINAL } from '@opentelemetry/semantic-conventions'
import { redactQuery, redactText } from '@throughline/otel-shared'
import type { AttributeList } from '../../core/attribute-list.ts'
import type { Sdk } from '../../core/sdk.ts'
import { ATTR_URL_QUERY } from '../../core/semconv.ts'
import { methodAttributes } from '../http-method.ts'
import { serverAttributes } from '../server-attributes.ts'

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span */
export function requestAttributes(url: string, method: string, headers: Headers, sdk: Sdk): AttributeList {
  const { prefix, scheme, server } = originOf(url)
  const queryStart = url.indexOf('?', prefix.length)
  const path = url.slice(prefix.length, queryStart < 0 ? url.length : queryStart)
  const attributes = methodAttributes(method, sdk)
  attributes.push(
    ATTR_URL_SCHEME,
    scheme,
    ATTR_URL_PATH,
    redactText(path),
    ...server,
    ATTR_USER_AGENT_ORIGINAL,
    headers.get('user-agent')?.slice(0, 512),
  )
  if (queryStart > 0) attributes.push(ATTR_URL_QUERY, redactQuery(url.slice(queryStart + 1), sdk.options))
  return attributes
}

interface Origin {
  /** The URL up to its path. */
  readonly prefix: string
  readonly scheme: string
  readonly server: AttributeList
}

// Cache: the origin of the last request, which most requests have in common. `new URL` takes longer than the rest of a span.
let lastOrigin: Origin = { prefix: ' ', scheme: '', server: [] }

function originOf(url: string): Origin {
  const { prefix } = lastOrigin
  if (url.startsWith(prefix) && url[prefix.length] === '/') return lastOrigin
  const parsed = new URL(url)
  lastOrigin = {
    prefix: parsed.origin,
    scheme: parsed.protocol.slice(0, -1),
    server: serverAttributes(parsed),
  }
  return lastOrigin
}
