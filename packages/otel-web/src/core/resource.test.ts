import { afterEach, describe, expect, test, vi } from 'vitest'
import { createResource } from './resource.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

// https://opentelemetry.io/docs/specs/semconv/resource/ and https://opentelemetry.io/docs/specs/semconv/resource/browser/
describe('the resource', () => {
  test('has the service, its version and its environment', () => {
    const { attributes } = createResource({
      serviceName: 'shop',
      serviceVersion: '1.2.3',
      environment: 'production',
    })
    expect(attributes).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'production',
      'telemetry.sdk.language': 'webjs',
    })
  })

  test('has one id of the page, as instance and as host', () => {
    const [one, other] = [1, 2].map(() => createResource({ serviceName: 'shop' }).attributes)
    expect(one?.['service.instance.id']).toMatch(/^[0-9a-f]{32}$/)
    expect(one?.['host.id']).toBe(one?.['service.instance.id'])
    expect(other?.['service.instance.id']).not.toBe(one?.['service.instance.id'])
  })

  test('has the data of the browser that HTTP headers have', () => {
    vi.stubGlobal('navigator', {
      userAgent: 'Mozilla/5.0 Test',
      language: 'de-CH',
      userAgentData: {
        brands: [
          { brand: 'Chromium', version: '140' },
          { brand: 'Not)A;Brand', version: '8' },
        ],
        mobile: false,
        platform: 'Linux',
      },
    })
    expect(createResource({ serviceName: 'shop' }).attributes).toMatchObject({
      'user_agent.original': 'Mozilla/5.0 Test',
      'browser.language': 'de-CH',
      'browser.brands': ['Chromium 140', 'Not)A;Brand 8'],
      'browser.mobile': false,
      'browser.platform': 'Linux',
    })
  })

  test('has no brands in a browser without user agent client hints', () => {
    vi.stubGlobal('navigator', { userAgent: 'Safari', language: 'en' })
    const { attributes } = createResource({ serviceName: 'shop' })
    expect(attributes['browser.brands']).toBeUndefined()
    expect(attributes['browser.mobile']).toBeUndefined()
  })

  test('has the attributes of the app, which replace all others', () => {
    const resourceAttributes = { 'app.team': 'cart', 'service.instance.id': 'fixed' }
    expect(createResource({ serviceName: 'shop', resourceAttributes }).attributes).toMatchObject({
      'app.team': 'cart',
      'service.instance.id': 'fixed',
    })
  })
})
