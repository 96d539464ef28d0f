/** A reason to change nothing. Its message says what is wrong and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
