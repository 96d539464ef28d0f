export async function load({ params, fetch }) {
  const stock = await fetch(`${process.env.STOCK_URL}/stock/${params.id}`)
  return { left: await stock.json() }
}
