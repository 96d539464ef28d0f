const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'

export default defineEventHandler((event) => proxyRequest(event, `${collector}/v1/traces`))
