/** Whether a header can be sent. `Headers` of workerd accepts some other names, and `fetch` leaves them out. */
export function isValidHeader(name: string, value: string): boolean {
  // A name and a value with a line break between them, which neither can contain:
  // https://www.rfc-editor.org/rfc/rfc9110#section-5
  return /^[!#$%&'*+\-.^`|~\w]+\n[\t\x20-\x7e\x80-\xff]*$/.test(`${name}\n${value}`)
}
