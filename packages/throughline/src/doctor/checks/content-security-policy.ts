import { displayUrl } from '../../http/display-url.ts'
import {
  blocksAllScripts,
  blocksConnection,
  blocksScript,
  blocksTrustedTypes,
  type Policy,
  type ScriptUse,
} from '../parse/content-security-policy.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'

/** The content security policies, of headers and `meta` elements: scripts, requests and Trusted Types. */
export function checkContentSecurityPolicy(target: Target): Finding[] {
  return target.page.policies.flatMap((policy) => [
    ...checkScripts(policy, target),
    ...checkConnections(policy, target),
    ...checkTrustedTypes(policy, target),
  ])
}

function checkScripts(policy: Policy, { page }: Target): Finding[] {
  const { snippet } = page
  if (!snippet) return []
  const { tag, src, sdk } = snippet
  const integrity = (name: string) => tag.attributes.get(name)
  const loader = { tag, url: src, isAdded: false, integrity: integrity('integrity') }
  const uses: [string, ScriptUse][] = [
    [src ? displayUrl(src) : 'the inline script of the SDK', loader],
    [displayUrl(sdk), { tag, url: sdk, isAdded: true, integrity: integrity('data-sdk-integrity') }],
  ]
  const sandbox = blocksAllScripts(policy)
  if (sandbox !== undefined) {
    return [
      finding('page-csp-script', {
        seen: `"${sandbox}" blocks every script`,
        fix: 'Add allow-scripts and allow-same-origin to sandbox, or remove it.',
      }),
    ]
  }
  for (const [name, use] of uses) {
    const directive = blocksScript(policy, page.response.url, use)
    // The SDK is loaded by the loader: one finding is enough.
    if (directive !== undefined) {
      return [
        finding('page-csp-script', {
          seen: `"${directive}" blocks ${name}`,
          fix: "Add the nonce of this response to the tag and 'strict-dynamic' to script-src, or the address to script-src.",
        }),
      ]
    }
  }
  return []
}

function checkConnections(policy: Policy, target: Target): Finding[] {
  const page = target.page.response.url
  const blocked = connections(target).flatMap((url) => {
    const directive = blocksConnection(policy, page, url)
    return directive === undefined ? [] : [{ directive, origin: url.origin }]
  })
  const [first] = blocked
  if (!first) return []
  const origins = [...new Set(blocked.map(({ origin }) => (origin === page.origin ? "'self'" : origin)))]
  return [
    finding('page-csp-connect', {
      seen: `"${first.directive}" blocks requests to ${origins.join(', ')}`,
      fix: `Add ${origins.join(' ')} to connect-src.`,
    }),
  ]
}

/** Where the page sends spans and traced requests. */
function connections({ options, page }: Target): URL[] {
  const endpoint = options.endpoint ?? page.snippet?.endpoint ?? new URL('/v1/traces', page.response.url)
  return [endpoint, ...options.apis, ...(page.snippet?.propagateTo ?? [])]
}

function checkTrustedTypes(policy: Policy, { page }: Target): Finding[] {
  const directive = blocksTrustedTypes(policy)
  if (directive === undefined || !page.snippet) return []
  return [
    finding('page-csp-trusted-types', {
      seen: `"${directive}"`,
      fix: 'Add throughline to trusted-types. Without it, nothing is traced.',
    }),
  ]
}
