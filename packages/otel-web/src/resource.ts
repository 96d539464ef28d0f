import type { Attributes } from '@opentelemetry/api'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  ATTR_TELEMETRY_SDK_LANGUAGE,
  ATTR_TELEMETRY_SDK_NAME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions'
import { generateTraceId } from '@throughline/otel-shared'
import {
  ATTR_BROWSER_BRANDS,
  ATTR_BROWSER_LANGUAGE,
  ATTR_BROWSER_MOBILE,
  ATTR_BROWSER_PLATFORM,
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_HOST_ID,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_TELEMETRY_DISTRO_NAME,
  ATTR_TELEMETRY_DISTRO_VERSION,
} from './semconv.ts'
import { VERSION } from './version.ts'

export interface ServiceOptions {
  readonly serviceName: string
  readonly serviceVersion?: string | undefined
  readonly environment?: string | undefined
  readonly resourceAttributes?: Attributes | undefined
}

interface UserAgentData {
  readonly brands: readonly { readonly brand: string; readonly version: string }[]
  readonly mobile: boolean
  readonly platform: string
}

/** Who sends: the service, this page as its instance, and the browser (no fingerprint beyond what HTTP says). */
export function createResource({
  serviceName,
  serviceVersion,
  environment,
  resourceAttributes,
}: ServiceOptions): Resource {
  const pageId = generateTraceId()
  const { userAgentData } = navigator as { userAgentData?: UserAgentData }
  return resourceFromAttributes({
    [ATTR_SERVICE_NAME]: serviceName,
    [ATTR_SERVICE_VERSION]: serviceVersion,
    [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: environment,
    [ATTR_SERVICE_INSTANCE_ID]: pageId,
    // Jaeger takes spans without a host as each on another machine and moves them.
    [ATTR_HOST_ID]: pageId,
    [ATTR_TELEMETRY_SDK_NAME]: 'opentelemetry',
    [ATTR_TELEMETRY_SDK_LANGUAGE]: 'webjs',
    [ATTR_TELEMETRY_DISTRO_NAME]: 'throughline',
    [ATTR_TELEMETRY_DISTRO_VERSION]: VERSION,
    [ATTR_USER_AGENT_ORIGINAL]: navigator.userAgent,
    [ATTR_BROWSER_LANGUAGE]: navigator.language,
    [ATTR_BROWSER_BRANDS]: userAgentData?.brands.map(({ brand, version }) => `${brand} ${version}`),
    [ATTR_BROWSER_MOBILE]: userAgentData?.mobile,
    [ATTR_BROWSER_PLATFORM]: userAgentData?.platform,
    ...resourceAttributes,
  })
}
