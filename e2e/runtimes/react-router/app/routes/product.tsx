import { trace } from '@opentelemetry/api'
import { useLoaderData } from 'react-router'

export async function loader({ params }) {
  trace.getActiveSpan()?.updateName('GET /products/:id')
  const stock = await fetch(`${process.env.STOCK_URL}/stock/${params.id}`)
  return { left: await stock.json() }
}

export default function Product() {
  const { left } = useLoaderData()
  return <p>left: {left}</p>
}
