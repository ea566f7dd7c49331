/** Properties that may be changed: what a user enters is told to programs, which decide what becomes of it. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Json, Property } from '../../protocol/types.js'
import { toCSV } from '../export/csv.js'
import { useApp } from '../ui/context.js'
import type { BodyProps } from './body.js'

export function PropertiesBody({ pane }: BodyProps): JSX.Element {
  void pane.revision.value
  const app = useApp()
  const properties = pane.window.content as readonly Property[]
  const change = (propertyId: number, value: Json): void =>
    app.store.tell(pane, { event_type: 'PropertyUpdate', propertyId, value })
  useEffect(() => {
    pane.exports.value = {
      csv: () =>
        toCSV(
          ['name', 'value'],
          (pane.window.content as readonly Property[]).map(({ name, value }) => [name, asText(value)]),
        ),
    }
    return () => {
      pane.exports.value = {}
    }
  }, [pane])
  return (
    <div class="properties">
      <table>
        <tbody>
          {properties.map((property, index) => (
            <tr key={index}>
              <th scope="row">{property?.name}</th>
              <td>
                <PropertyInput
                  property={property}
                  isReadonly={app.store.readonly.value}
                  onChange={(value) => change(index, value)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface InputProps {
  readonly property: Property
  readonly isReadonly: boolean
  readonly onChange: (value: Json) => void
}

function PropertyInput({ property, isReadonly, onChange }: InputProps): JSX.Element {
  const { type, name, value, values = [] } = property
  if (type === 'button')
    return (
      <button type="button" class="button small" disabled={isReadonly} onClick={() => onChange('clicked')}>
        {asText(value)}
      </button>
    )
  if (type === 'checkbox')
    return (
      <input
        type="checkbox"
        aria-label={name}
        checked={value === true || value === 'true'}
        disabled={isReadonly}
        onClick={(event) => {
          // the program says what the value is then
          event.preventDefault()
          onChange(!(value === true || value === 'true'))
        }}
      />
    )
  if (type === 'select')
    return (
      <select
        class="field"
        aria-label={name}
        value={asText(value)}
        disabled={isReadonly}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {values.map((choice, index) => (
          <option key={index} value={index}>
            {asText(choice)}
          </option>
        ))}
      </select>
    )
  return <TextInput property={property} isReadonly={isReadonly} onChange={onChange} />
}

/** A text or a number: told when Enter is pressed or the field is left, if it was changed. */
function TextInput({ property, isReadonly, onChange }: InputProps): JSX.Element {
  const known = asText(property.value)
  const [draft, setDraft] = useState(known)
  const [isEdited, setEdited] = useState(false)
  useEffect(() => {
    if (!isEdited) setDraft(known)
  }, [known])
  const isNumber = property.type === 'number'
  const isBad = isNumber && draft.trim() !== '' && !Number.isFinite(Number(draft))
  const submit = (): void => {
    setEdited(false)
    if (draft !== known && !isBad) onChange(draft)
    else setDraft(known)
  }
  return (
    <input
      class="field"
      type="text"
      inputMode={isNumber ? 'decimal' : 'text'}
      aria-label={property.name}
      aria-invalid={isBad}
      value={draft}
      readOnly={isReadonly}
      onFocus={() => setEdited(true)}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onBlur={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        else if (event.key === 'Escape') setDraft(known)
      }}
    />
  )
}

const asText = (value: Json | undefined): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
