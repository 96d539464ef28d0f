import type { Attributes } from '@opentelemetry/api'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions'
import { generateTraceId, telemetryAttributes } from '@throughline/otel-shared'
import {
  ATTR_BROWSER_BRANDS,
  ATTR_BROWSER_LANGUAGE,
  ATTR_BROWSER_MOBILE,
  ATTR_BROWSER_PLATFORM,
  ATTR_HOST_ID,
} from './semconv.ts'

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

/** The resource of the page: the service, the page as its instance, and the data of the browser that HTTP headers have. */
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
    // Jaeger's clock skew adjustment treats spans without a host as coming from different machines, and shifts them.
    [ATTR_HOST_ID]: pageId,
    ...telemetryAttributes('throughline-web'),
    [ATTR_USER_AGENT_ORIGINAL]: navigator.userAgent,
    [ATTR_BROWSER_LANGUAGE]: navigator.language,
    [ATTR_BROWSER_BRANDS]: userAgentData?.brands.map(({ brand, version }) => `${brand} ${version}`),
    [ATTR_BROWSER_MOBILE]: userAgentData?.mobile,
    [ATTR_BROWSER_PLATFORM]: userAgentData?.platform,
    ...resourceAttributes,
  })
}
