import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions'
import type { BindingInstrumentation } from '../binding-instrumentation.ts'
import { spansOfCalls } from '../spans-of-calls.ts'
import { tracedProperty } from '../traced-property.ts'

/** Describes the spans of a store's methods, such as `get CART`. Keys and values are not recorded. */
export function store(system: string, methods: readonly string[]): BindingInstrumentation {
  return spansOfCalls(methods, ({ name }, _, method) => ({
    name: `${method} ${name}`,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: system,
      [ATTR_DB_OPERATION_NAME]: method,
      [ATTR_DB_NAMESPACE]: name,
    },
  }))
}

/** https://developers.cloudflare.com/kv/api/ */
export const KV: BindingInstrumentation = {
  className: 'KvNamespace',
  ...store('cloudflare-kv', ['get', 'getWithMetadata', 'put', 'delete', 'list']),
}

const R2_SYSTEM = 'cloudflare-r2'
/** A multipart upload. Its spans have the name of the bucket. */
const upload = store(R2_SYSTEM, ['uploadPart', 'complete', 'abort'])

/** https://developers.cloudflare.com/r2/api/workers/workers-api-reference/ */
export const R2: BindingInstrumentation = {
  className: 'R2Bucket',
  ...store(R2_SYSTEM, ['head', 'get', 'put', 'delete', 'list', 'createMultipartUpload']),
  returns: { createMultipartUpload: () => upload, resumeMultipartUpload: () => upload },
}

const VECTOR_KEYS = ['queryById', 'upsert', 'deleteByIds']

/** https://developers.cloudflare.com/vectorize/reference/client-api/ */
export const VECTORIZE: BindingInstrumentation = {
  methods: VECTOR_KEYS,
  ...store('cloudflare-vectorize', ['query', 'insert', 'getByIds', 'describe', ...VECTOR_KEYS]),
}

const cache = store('cloudflare-cache', ['match', 'put', 'delete'])

/** The global `caches`. */
export const CACHES: BindingInstrumentation = {
  returns: { open: () => cache },
  ...tracedProperty('default', cache),
}
