interface FilterProps {
  name: string
  label: string
  /** What stands for all of them. */
  all: string
  value: string
  options: readonly (readonly [string, string])[]
}

/** Beside a search: one of some values, or all. */
export function FilterSelect({ name, label, all, value, options }: FilterProps) {
  return (
    <select name={name} aria-label={label}>
      <option value="">{all}</option>
      {options.map(([key, words]) => (
        <option value={key} selected={key === value}>
          {words}
        </option>
      ))}
    </select>
  )
}
