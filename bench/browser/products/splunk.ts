// https://help.splunk.com/en/splunk-observability-cloud/manage-data/instrument-front-end-applications
import { SplunkRum } from '@splunk/otel-web'

SplunkRum.init({
  beaconEndpoint: `${location.origin}/v1/traces`,
  allowInsecureBeacon: true,
  rumAccessToken: 'bench',
  applicationName: 'bench',
  deploymentEnvironment: 'bench',
  exporter: { otlp: true },
  // The default, a stack per request, has a context manager with this one switch.
  context: { async: true },
})
