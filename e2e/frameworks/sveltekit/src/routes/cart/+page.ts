import { callApi } from '../../api.ts'
import type { PageLoad } from './$types'

export const load: PageLoad = async ({ fetch }) => ({
  items: await callApi<string[]>('/api/cart', 'GET', fetch),
})
