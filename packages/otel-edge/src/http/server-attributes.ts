import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions'
import type { AttributeList } from '../core/attribute-list.ts'

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/**
 * `server.address` and `server.port` of a client or server span. An address without a port has the default port of its
 * scheme, so that both sides record the same. An address without a
 * host, such as a `data:` URL, has neither.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#setting-serveraddress-and-serverport-attributes
 */
export function serverAttributes(url: URL | null): AttributeList {
  return url?.hostname
    ? [ATTR_SERVER_ADDRESS, url.hostname, ATTR_SERVER_PORT, Number(url.port) || DEFAULT_PORTS[url.protocol]]
    : []
}
