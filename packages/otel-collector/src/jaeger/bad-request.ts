/** A query parameter that cannot be used; answered with 400 in the envelope of the API that was asked. */
export class BadRequest extends Error {}

/** Nothing is there under that id or path; answered with 404. */
export class NotFound extends Error {}
