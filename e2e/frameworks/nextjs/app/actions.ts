'use server'

/** Reserves the products on the server. */
export async function reserve(): Promise<string> {
  return 'reserved'
}
