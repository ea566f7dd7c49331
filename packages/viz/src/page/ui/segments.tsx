/** Buttons side by side, of which one is pressed. */
import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'

export interface Choice<T extends string> {
  readonly value: T
  readonly label: string
  /** The language of the label, where it is not the page's. */
  readonly lang?: string
}

export function Segments<T extends string>(props: {
  readonly choices: readonly Choice<T>[]
  readonly chosen: Signal<T>
  readonly label?: string
  readonly class?: string
  readonly buttonClass?: string
}): JSX.Element {
  const { choices, chosen, label, buttonClass } = props
  return (
    <fieldset class={props.class ?? 'segments'} aria-label={label}>
      {choices.map(({ value, label: name, lang }) => (
        <button
          key={value}
          type="button"
          class={buttonClass}
          lang={lang}
          aria-pressed={chosen.value === value}
          onClick={() => {
            chosen.value = value
          }}
        >
          {name}
        </button>
      ))}
    </fieldset>
  )
}
