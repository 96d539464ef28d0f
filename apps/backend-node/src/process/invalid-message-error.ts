/** A message that another try cannot repair. */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError'
}

/** Parses the JSON object of a message. Throws an `InvalidMessageError` for anything else. */
export function parseObject(content: Buffer | null): Record<string, unknown> {
  const object = parseJson(content)
  if (typeof object !== 'object' || object === null)
    throw new InvalidMessageError('the message is not a JSON object')
  return object as Record<string, unknown>
}

function parseJson(content: Buffer | null): unknown {
  try {
    return JSON.parse(content?.toString() ?? '')
  } catch {
    return undefined
  }
}
