/**
 * The limits of this package. Sizes are UTF-16 code units unless the name says bytes.
 *
 * This file imports nothing: a bundler can then write each number where it is used, which it does not do for the constants
 * of a module with imports.
 */

/** Random digits that are requested at once. */
export const RANDOM_BLOCK_BYTES = 1024

/** A `traceparent` of version 00 has 55 characters. A later version can be longer, and have whitespace around it. */
export const MAX_TRACEPARENT_LENGTH = 512
/** https://www.w3.org/TR/trace-context-2/#tracestate-header */
export const MAX_TRACESTATE_MEMBERS = 32
/** 32 members, each with a key and a value of 256 characters, `=` and a comma. */
export const MAX_TRACESTATE_LENGTH: number = MAX_TRACESTATE_MEMBERS * (256 + 1 + 256 + 1)
/** The part of a `tracestate` that is sent: https://www.w3.org/TR/trace-context-2/#tracestate-limits */
export const MAX_SENT_TRACESTATE = 512
export const MAX_BAGGAGE_MEMBERS = 180
export const MAX_BAGGAGE_BYTES = 8192

/** The text that is searched for secrets. The rest is cut off. */
export const MAX_SEARCHED_LENGTH = 65_536
/** Keys of attributes of which it is known whether they are secret. Most apps use few keys, some generate them. */
export const MAX_KNOWN_KEYS = 500
/** How many segments before a segment of a path can announce a token. */
export const MAX_TOKEN_DISTANCE = 4
