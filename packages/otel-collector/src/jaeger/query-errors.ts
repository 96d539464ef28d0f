/** An invalid query parameter. The response is 400 in the error format of the requested API: v3 or legacy. */
export class BadRequest extends Error {}

/** An id or a path that does not exist. The response is 404. */
export class NotFound extends Error {}
