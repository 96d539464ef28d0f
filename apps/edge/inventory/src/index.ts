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
  propagateBindings: ['WAREHOUSE'],
}

class InventoryEntrypoint extends WorkerEntrypoint<Env> {
  /** Reserves `quantity` pieces, or none if fewer are in stock. */
  async reserve(productId: string, quantity: number): Promise<Reservation> {
    return await this.#warehouse().reserve(productId, quantity)
  }

  /** Releases `quantity` pieces that were reserved and not sold. */
  async release(productId: string, quantity: number): Promise<void> {
    await this.#warehouse().release(productId, quantity)
  }

  /** Pieces in stock, one number for each id, in the order of the ids; 0 for an unknown product. */
  async stock(productIds: readonly string[]): Promise<number[]> {
    return await this.#warehouse().stock(productIds)
  }

  // One object for all products, so that an order of several products is one transaction.
  #warehouse(): DurableObjectStub<WarehouseObject> {
    return this.env.WAREHOUSE.getByName('main')
  }
}

/** The stock, for other workers by RPC. */
export const Inventory = instrumentEntrypoint(InventoryEntrypoint, options)

export const Warehouse = instrumentDurableObject(WarehouseObject, options)

/** The worker serves RPC only; every HTTP request is answered with 404. */
export default {
  fetch: (): Response => new Response('Not found\n', { status: 404 }),
} satisfies ExportedHandler<Env>
