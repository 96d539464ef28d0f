import { type Around, type Arounds, shadow } from '../../core/shadow.ts'
import { addBranch, type Branch, branchOf, type ReceivedBody, withoutBranch } from './branch.ts'
import { attachStream, until } from './follow-stream.ts'

/** Follows a response whose body has not been read, by shadowing its methods and its property `body`. */
export function attach(response: Response, body: ReceivedBody): void {
  const branch: Branch = { body, response }
  addBranch(branch)
  shadow(response, branch, RESPONSE_METHODS, shadowBody)
}

/** Follows the stream of a response once the app reads `body`. */
function shadowBody(between: object, base: object): void {
  if (!('body' in base)) return
  Object.defineProperty(between, 'body', {
    enumerable: true,
    configurable: true,
    get(this: Response) {
      const stream = Reflect.get(base, 'body', this) as Response['body']
      const branch = branchOf(this)
      // In `node-fetch`, `body` is a stream of Node.js, without `getReader`.
      if (branch && stream?.getReader && branch.stream !== stream) attachStream(branch, stream)
      return stream
    },
  })
}

const readWhole: Around<Response, Branch> = (call, branch, response) => {
  // This call fails, and does not end the body.
  if (response.bodyUsed || branch.stream?.locked) return call()
  const { body } = branch
  branch.reader = body
  return until(
    body,
    call(),
    () => body.finish(),
    // With a SyntaxError, the body was received completely and is invalid JSON.
    (error) => body.finish(error instanceof SyntaxError ? undefined : error),
  )
}

const RESPONSE_METHODS: Arounds<Response, Branch> = {
  text: readWhole,
  json: readWhole,
  arrayBuffer: readWhole,
  blob: readWhole,
  formData: readWhole,
  bytes: readWhole,
  clone(call, branch, response) {
    const { body } = branch
    const others = withoutBranch(branch)
    const copy = call() as Response
    // https://fetch.spec.whatwg.org/#concept-body-clone: the response and its clone each have a new stream from a `tee()`. Some
    // runtimes call the shadowed `tee()`, whose branches are removed here.
    body.branches = others
    attach(response, body)
    attach(copy, body)
    return copy
  },
}
