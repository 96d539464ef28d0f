import { readFileSync } from 'node:fs'
import {
  ATTR_TELEMETRY_DISTRO_NAME,
  ATTR_TELEMETRY_DISTRO_VERSION,
  ATTR_TELEMETRY_SDK_LANGUAGE,
  ATTR_TELEMETRY_SDK_NAME,
  ATTR_TELEMETRY_SDK_VERSION,
} from '@opentelemetry/semantic-conventions'
import { expect, test } from 'vitest'
import { telemetryAttributes, VERSION } from './semconv.ts'

test.each(['otel-shared', 'otel-web', 'otel-edge'])('the version is that of %s', (name) => {
  const file = new URL(`../../${name}/package.json`, import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('version', VERSION)
})

test('the resource names the SDK, and the distribution of the package in use', () => {
  expect(telemetryAttributes('throughline-edge')).toEqual({
    [ATTR_TELEMETRY_SDK_NAME]: 'throughline',
    [ATTR_TELEMETRY_SDK_LANGUAGE]: 'webjs',
    [ATTR_TELEMETRY_SDK_VERSION]: VERSION,
    [ATTR_TELEMETRY_DISTRO_NAME]: 'throughline-edge',
    [ATTR_TELEMETRY_DISTRO_VERSION]: VERSION,
  })
})
