import type { ShopError } from './shop-error.ts'

/** The reason why a change of the cart failed and the next step. The text follows "Not added:". */
export function describeCartFailure({ code }: ShopError): string {
  switch (code) {
    case 'network':
      return 'the shop did not answer. Check that you are online, then try again.'
    case 'bad_request':
      return 'that is more than fits into one cart.'
    case 'not_found':
      return 'we no longer have it.'
    default:
      return 'something went wrong on our side. Please try again.'
  }
}
