/** A response of the UI port. Its body is generated while it is sent. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Iterable<string>
}

/** Creates a JSON response from pieces of its body. */
export function jsonAnswer(status: number, body: Iterable<string>, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body,
  }
}

/** Creates an error response in the format of the API that `path` belongs to. */
export function errorAnswer(
  path: string,
  code: number,
  message: string,
  headers?: Answer['headers'],
): Answer {
  const body = path.startsWith('/api/v3/')
    ? { error: { httpCode: code, message } }
    : { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg: message }] }
  return jsonAnswer(code, [JSON.stringify(body)], headers)
}
