export function POST(request: Request): Response {
  return Response.json({ traceparent: request.headers.get('traceparent') })
}
