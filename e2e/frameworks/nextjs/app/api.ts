/** Sends a request to the shop's API. Throws an error for an error response. */
export async function callApi<Answer>(path: string, method = 'GET'): Promise<Answer> {
  const response = await fetch(path, { method })
  if (!response.ok) throw new Error(`${method} ${path}: status ${response.status}`)
  return (await response.json()) as Answer
}

/** Reads from the shop's API. */
export const getList = (path: string) => callApi<string[]>(path)
