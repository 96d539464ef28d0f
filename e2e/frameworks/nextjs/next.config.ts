import type { NextConfig } from 'next'

const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'

const nextConfig: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  rewrites: async () => [{ source: '/v1/traces', destination: `${collector}/v1/traces` }],
}

export default nextConfig
