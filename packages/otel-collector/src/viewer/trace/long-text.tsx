const MANY_CHARACTERS = 400
const MANY_LINES = 12

/** A text of any length. A long one has a scroll box that can be focused with the keyboard. */
export function LongText({ text }: { text: string }) {
  const isLong = text.length > MANY_CHARACTERS || text.split('\n').length > MANY_LINES
  if (!isLong) return <span class="text">{text}</span>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <span class="text long" tabIndex={0}>
      {text}
    </span>
  )
}
