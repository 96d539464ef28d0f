/** Asks the shop's API, and throws where it refuses. */
export async function callApi<Answer>(path: string, method = 'GET', send = fetch): Promise<Answer> {
  const response = await send(path, { method })
  if (!response.ok) throw new Error(`${method} ${path}: status ${response.status}`)
  return (await response.json()) as Answer
}
