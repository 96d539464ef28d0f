import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions'
import type { AttributeList } from '../core/attribute-list.ts'

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/**
 * `server.address` and `server.port` of a client or server span. An address without a port has the default port of its
 * scheme, so that both sides record the same. A `data:` URL has neither.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#setting-serveraddress-and-serverport-attributes
 */
export function serverAttributes({ hostname, port, protocol }: URL): AttributeList {
  return [
    ATTR_SERVER_ADDRESS,
    hostname || undefined,
    ATTR_SERVER_PORT,
    Number(port) || DEFAULT_PORTS[protocol],
  ]
}
