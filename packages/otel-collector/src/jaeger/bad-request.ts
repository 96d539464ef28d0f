/** An invalid query parameter. The response is 400 in the format of the requested API. */
export class BadRequest extends Error {}

/** An id or a path that does not exist. The response is 404. */
export class NotFound extends Error {}
