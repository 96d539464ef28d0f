interface SelectProps<Value extends string> {
  readonly label: string
  /** Whether only screen readers get the label. Default: false. */
  readonly isLabelUnseen?: boolean
  readonly value: Value
  readonly options: readonly (readonly [value: Value, label: string])[]
  readonly disabled?: boolean
  /** Whether the field takes a whole line on narrow screens. */
  readonly isWide?: boolean
  readonly onChange: (value: Value) => void
}

/** A list with its label, of which one option is chosen. */
export function Select<Value extends string>({
  label,
  isLabelUnseen = false,
  value,
  options,
  disabled = false,
  isWide = false,
  onChange,
}: SelectProps<Value>) {
  return (
    <label class={isWide ? 'wide' : undefined}>
      <span class={isLabelUnseen ? 'unseen' : undefined}>{label}</span>
      <select
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
