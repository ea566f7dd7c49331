/** A field for a text that things are looked for by. */
import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { Icon } from './icons.js'

export function SearchField(props: {
  readonly search: Signal<string>
  readonly label: string
  readonly hint?: string
}): JSX.Element {
  const { search, label, hint } = props
  return (
    <label class="filter">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        value={search.value}
        placeholder={label}
        aria-label={label}
        title={hint}
        onInput={(event) => {
          search.value = event.currentTarget.value
        }}
      />
    </label>
  )
}
