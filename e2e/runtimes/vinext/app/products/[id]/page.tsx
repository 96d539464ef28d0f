export const dynamic = 'force-dynamic'

export default async function Product({ params }) {
  const { id } = await params
  const stock = await fetch(`${process.env.STOCK_URL}/stock/${id}`)
  return <p>left: {await stock.json()}</p>
}
