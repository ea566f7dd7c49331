/** Questions before something is done. */
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useApp } from './context.js'

export interface DialogRequest {
  readonly message: string
  /** Asks for a text too, and begins with this one. */
  readonly value?: string
  readonly danger?: boolean
  readonly onConfirm: (value: string) => void
}

export function Dialog({ request }: { readonly request: DialogRequest }): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const dialog = useRef<HTMLDialogElement>(null)
  const [value, setValue] = useState(request.value ?? '')
  const asksText = request.value !== undefined
  useEffect(() => {
    const element = dialog.current!
    element.showModal()
    return () => element.close()
  }, [])
  const close = (): void => {
    app.dialog.value = null
  }
  const confirm = (event: Event): void => {
    event.preventDefault()
    if (asksText && value.trim() === '') return
    close()
    request.onConfirm(value.trim())
  }
  return (
    <dialog
      class="dialog"
      ref={dialog}
      onCancel={close}
      onKeyDown={(event) => event.stopPropagation()}
      onKeyUp={(event) => event.stopPropagation()}
    >
      <form method="dialog" onSubmit={confirm}>
        <div class="dialog-message">
          <p id="dialog-message">{request.message}</p>
          {asksText && (
            <input
              class="field"
              aria-labelledby="dialog-message"
              value={value}
              maxLength={200}
              onInput={(event) => setValue(event.currentTarget.value)}
            />
          )}
        </div>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={close}>
            {text.cancel}
          </button>
          <button type="submit" class={`button primary ${request.danger === true ? 'danger' : ''}`}>
            {text.ok}
          </button>
        </div>
      </form>
    </dialog>
  )
}
