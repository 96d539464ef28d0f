import type { Attributes } from '@opentelemetry/api'
import { ATTR_USER_HASH, ATTR_USER_ID, USER_PREFIX } from '../../core/semconv.ts'
import type { PageSdk } from '../../page-sdk.ts'
import { guarded } from '../../platform/guarded.ts'
import type { TracingUser } from '../../tracing.ts'

/** The session and the attributes that were set in it, as JSON. */
const KEY = 'throughline.attributes'
const ATTRIBUTE = 'data-attribute-'

/** The attributes of all spans: those of the user and of the application. */
export interface CommonAttributes {
  readonly initial: readonly Attributes[]
  /** The redacted attributes. */
  current(): Attributes
  /** Converts a user to attributes, and stores all attributes for later pages. Without attributes, removes them. */
  expand(attributes: Attributes | undefined): Attributes
}

/** Reads the attributes of the session's earlier pages, and those of the script tag. */
export function createCommonAttributes({
  exporter: { queue, redactor },
  recordingState,
  options,
  loader,
}: PageSdk): CommonAttributes {
  const { session } = recordingState
  let current: Attributes = {}
  let latest: unknown
  let isReported = !options.debug
  const hash = async (user: unknown, id: unknown) => {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(String(id)))
    const digits = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'))
    if (user === latest) queue.setAttributes({ [ATTR_USER_HASH]: digits.join('') })
  }
  return {
    initial: [guarded(() => readStored(session.id)) ?? {}, loader ? readScript(loader.script_) : {}],
    current: () => redactor.attributes(current),
    expand(attributes) {
      const changed = { ...attributes }
      if (!attributes) current = {}
      if (ATTR_USER_ID in changed) {
        const user = changed[ATTR_USER_ID] as string | TracingUser | undefined
        latest = user
        for (const key in current) if (key.startsWith(USER_PREFIX)) changed[key] = undefined
        const { hashId, ...fields } = typeof user === 'object' ? user : { id: user }
        for (const name in fields) changed[USER_PREFIX + name] = fields[name]
        if (hashId) {
          changed[ATTR_USER_ID] = undefined
          if (globalThis.crypto?.subtle) void hash(user, fields.id)
          else if (!isReported) {
            isReported = true
            console.info('[throughline] no user.hash: the page is no secure context')
          }
        }
      }
      current = { ...current, ...changed }
      guarded(() => {
        if (!attributes) localStorage.removeItem(KEY)
        else if (recordingState.isOn() && Object.keys(current).length > 0) {
          localStorage.setItem(KEY, JSON.stringify([session.id, redactor.attributes(current)]))
        }
      })
      return changed
    },
  }
}

function readStored(sessionId: string): Attributes | undefined {
  const [id, attributes] = JSON.parse(localStorage.getItem(KEY) ?? '[]') as [string?, Attributes?]
  return id === sessionId ? attributes : undefined
}

/** Reads `data-user-id`, `data-hash-user-id` and `data-attribute-…`. An empty id is that of a page without a user. */
function readScript(script: HTMLElement): Attributes {
  const attributes: Attributes = {}
  for (const { name, value } of script.attributes) {
    if (name.startsWith(ATTRIBUTE)) attributes[name.slice(ATTRIBUTE.length)] = value
  }
  const id = script.getAttribute('data-user-id')
  const user = id ? { id, hashId: script.hasAttribute('data-hash-user-id') } : undefined
  return id === null ? attributes : { ...attributes, [ATTR_USER_ID]: user as unknown as string }
}
