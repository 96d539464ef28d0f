import { type ExpectedSpan, expectTrace, type SpanNode } from '@throughline/otel-testing'
import { traceSource } from './trace.ts'

export function clickBuy(children: readonly ExpectedSpan[]): ExpectedSpan {
  return {
    service: 'shop-web',
    name: 'click Buy',
    kind: 'INTERNAL',
    attributes: { 'throughline.action.type': 'click', 'throughline.action.end_reason': 'done' },
    children,
  }
}

export interface Order {
  /** Attributes of the caller's spans, in the browser and the gateway. */
  readonly status?: 'ERROR' | 'UNSET'
  readonly attributes: Readonly<Record<string, unknown>>
  /** Attributes of the server spans of shop and gateway. */
  readonly server?: Pick<ExpectedSpan, 'status' | 'attributes'>
  readonly children: readonly ExpectedSpan[]
}

export function orderRequest({
  status = 'UNSET',
  attributes,
  server = { status: 'UNSET' },
  children,
}: Order): ExpectedSpan {
  return {
    ...client('shop-web', 'POST /api/orders'),
    status,
    attributes,
    children: [
      {
        service: 'gateway',
        name: 'POST /api/*',
        kind: 'SERVER',
        ...server,
        children: [
          {
            ...client('gateway', 'fetch SHOP'),
            status,
            children: [{ service: 'shop', name: 'POST /api/orders', kind: 'SERVER', ...server, children }],
          },
        ],
      },
    ],
  }
}

export interface AcceptedOrder extends Pick<Order, 'attributes'> {
  readonly payment: ExpectedSpan
  /** The spans of shipping, before the order is fulfilled. */
  readonly shipping?: readonly ExpectedSpan[]
}

/** The trace of a click on Buy whose payment is accepted. The page of the order polls until the order is fulfilled. */
export function acceptedOrder({ payment, attributes, shipping = [] }: AcceptedOrder): ExpectedSpan {
  return clickBuy([
    orderRequest({
      attributes,
      children: [
        client('shop', 'get CARTS'),
        client('shop', 'SELECT products'),
        inventoryCall('reserve', ['UPDATE stock']),
        payment,
        client('shop', 'INSERT orders'),
        {
          service: 'shop',
          name: 'send orders',
          kind: 'PRODUCER',
          children: [
            {
              service: 'fulfilment',
              name: 'process orders',
              kind: 'CONSUMER',
              children: [...shipping, client('fulfilment', 'UPDATE orders')],
            },
          ],
        },
        client('shop', 'delete CARTS'),
      ],
    }),
    { service: 'shop-web', name: 'navigate /orders/:id', kind: 'INTERNAL' },
    {
      ...client('shop-web', 'GET /api/orders/:id'),
      children: [apiServer('GET', 'GET /api/orders/:id')],
      repeated: true,
    },
  ])
}

/** The gateway's spans for an API call that the shop serves at `route`. */
export function apiServer(method: string, route: string): ExpectedSpan {
  const shop: ExpectedSpan = { service: 'shop', name: route, kind: 'SERVER' }
  const gateway = { ...client('gateway', 'fetch SHOP'), children: [shop] }
  return { service: 'gateway', name: `${method} /api/*`, kind: 'SERVER', children: [gateway] }
}

/** The spans of an inventory call: the RPC, the Durable Object behind it, and its storage. */
export function inventoryCall(method: string, queries: readonly string[]): ExpectedSpan {
  return {
    ...client('shop', `INVENTORY.${method}`),
    children: [
      {
        service: 'inventory',
        name: method,
        kind: 'SERVER',
        children: [
          {
            ...client('inventory', `WAREHOUSE.${method}`),
            children: [
              {
                service: 'inventory',
                name: method,
                kind: 'SERVER',
                children: queries.map((query) => client('inventory', query)),
              },
            ],
          },
        ],
      },
    ],
  }
}

export function paymentsServer(rest: Pick<ExpectedSpan, 'status' | 'children'>): ExpectedSpan {
  return { service: 'backend', name: 'POST /payments', kind: 'SERVER', ...rest }
}

export function client(service: string, name: string | RegExp): ExpectedSpan {
  return { service, name, kind: 'CLIENT' }
}

/** Waits until the trace in the query API equals the tree, and returns its root. */
export function expectTree(
  uiUrl: string,
  traceId: string,
  expected: ExpectedSpan,
  options: { readonly timeoutMillis?: number } = {},
): Promise<SpanNode> {
  const resourceAttributes = ['service.name', 'service.version', 'service.instance.id']
  return expectTrace(traceSource(uiUrl, traceId), expected, {
    traceId,
    resourceAttributes,
    timeoutMillis: 10_000,
    ...options,
  })
}

/** The call of the payments service in `apps/backend` for an accepted card. */
export function acceptedPayment(): ExpectedSpan {
  return {
    ...client('shop', 'POST'),
    children: [paymentsServer({ children: [client('backend', 'INSERT payments')] })],
  }
}
