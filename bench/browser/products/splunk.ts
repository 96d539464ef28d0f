// https://help.splunk.com/en/splunk-observability-cloud/manage-data/instrument-front-end-applications
import { SplunkRum } from '@splunk/otel-web'

SplunkRum.init({
  beaconEndpoint: `${location.origin}/v1/traces`,
  allowInsecureBeacon: true,
  rumAccessToken: 'bench',
  applicationName: 'bench',
  deploymentEnvironment: 'bench',
  exporter: { otlp: true },
  // The default has no context manager across awaits. This option enables one.
  context: { async: true },
})
