import { WorkerEntrypoint } from 'cloudflare:workers'
import { type EdgeOptions, instrumentDurableObject, instrumentEntrypoint } from '@throughline/otel-edge'
import packageJson from '../../package.json' with { type: 'json' }
import { type Reservation, Warehouse as WarehouseObject } from './warehouse.ts'

interface Env {
  readonly WAREHOUSE: DurableObjectNamespace<WarehouseObject>
}

const options: EdgeOptions = {
  serviceName: 'inventory',
  serviceVersion: packageJson.version,
  trust: 'internal',
  rpc: ['WAREHOUSE'],
}

class InventoryEntrypoint extends WorkerEntrypoint<Env> {
  /** Takes `quantity` pieces off the shelf, or none of them when there are fewer. */
  async reserve(productId: string, quantity: number): Promise<Reservation> {
    return await this.#warehouse().reserve(productId, quantity)
  }

  /** Puts `quantity` pieces back that were reserved and not sold. */
  async release(productId: string, quantity: number): Promise<void> {
    await this.#warehouse().release(productId, quantity)
  }

  /** Pieces on the shelf, one number for each id in the order asked; 0 for a product it does not know. */
  async stock(productIds: readonly string[]): Promise<number[]> {
    return await this.#warehouse().stock(productIds)
  }

  // One shelf for all products: an order of several is then a matter of one object.
  #warehouse(): DurableObjectStub<WarehouseObject> {
    return this.env.WAREHOUSE.getByName('main')
  }
}

/** What other workers may ask about stock, by RPC. */
export const Inventory = instrumentEntrypoint(InventoryEntrypoint, options)

export const Warehouse = instrumentDurableObject(WarehouseObject, options)

/** Nothing over HTTP: the worker is there to be called. */
export default {
  fetch: (): Response => new Response('Not found\n', { status: 404 }),
} satisfies ExportedHandler<Env>
