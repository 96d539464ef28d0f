import type { ShopError } from './shop-error.ts'

/** Why a change of the cart did not work out, and what to do about it; goes after "Not added:". */
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
