import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate for 127.0.0.1 that its own key has signed, and the key, as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_ID = 0x06
const UTF8 = 0x0c
const TIME = 0x18
const EXTENSIONS = 0xa3
const SHA256_WITH_RSA = '2a864886f70d01010b'
const COMMON_NAME = '550403'
const ALTERNATIVE_NAME = '551d11'
const ADDRESS = 0x87

/**
 * Creates a certificate. Node.js reads them, but does not create them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export function createCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const algorithm = der(SEQUENCE, der(OBJECT_ID, SHA256_WITH_RSA), Buffer.from('0500', 'hex'))
  const attribute = der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8, Buffer.from('throughline')))
  const name = der(SEQUENCE, der(SET, attribute))
  const validity = der(
    SEQUENCE,
    der(TIME, Buffer.from('20000101000000Z')),
    der(TIME, Buffer.from('99991231235959Z')),
  )
  const addresses = der(
    SEQUENCE,
    der(ADDRESS, Buffer.from([127, 0, 0, 1])),
    der(ADDRESS, Buffer.from([0, 0, 0, 0])),
  )
  const extension = der(SEQUENCE, der(OBJECT_ID, ALTERNATIVE_NAME), der(OCTET_STRING, addresses))
  const content = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, '02')),
    der(INTEGER, '01'),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, extension)),
  )
  const signature = Buffer.concat([Buffer.alloc(1), sign('sha256', content, privateKey)])
  const bytes = der(SEQUENCE, content, algorithm, der(BIT_STRING, signature))
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** An element of DER: tag, length, content. Texts are hex. */
function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)),
  )
  const { length } = content
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
