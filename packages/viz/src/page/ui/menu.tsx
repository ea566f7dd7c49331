/** A button that opens a panel under it. */
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

export function Menu(props: {
  readonly label: string
  readonly button: ComponentChildren
  readonly children: (close: () => void) => ComponentChildren
  readonly class?: string
  readonly align?: 'left' | 'right'
}): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const trigger = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setOpen(false)
    trigger.current?.focus()
  }
  useEffect(() => {
    if (!isOpen) return
    const onPress = (event: Event): void => {
      if (!event.composedPath().includes(root.current!)) setOpen(false)
    }
    // a frame takes the presses that happen in it
    const onBlur = (): void => setOpen(false)
    document.addEventListener('pointerdown', onPress, true)
    window.addEventListener('blur', onBlur)
    keepInSight(panel.current!)
    panel.current!.querySelector<HTMLElement>('[data-autofocus], input, button')?.focus({ preventScroll: true })
    return () => {
      document.removeEventListener('pointerdown', onPress, true)
      window.removeEventListener('blur', onBlur)
    }
  }, [isOpen])
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation()
    if (event.key === 'Escape') close()
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') moveFocus(event, panel.current!)
  }
  return (
    <div class={`menu ${props.class ?? ''}`} ref={root}>
      <button
        type="button"
        class="button"
        ref={trigger}
        title={props.label}
        aria-label={props.label}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {props.button}
      </button>
      {isOpen && (
        <div
          class={`menu-panel ${props.align === 'right' ? 'menu-right' : ''}`}
          role="dialog"
          aria-label={props.label}
          ref={panel}
          onKeyDown={onKeyDown}
          onKeyUp={(event) => event.stopPropagation()}
        >
          {props.children(close)}
        </div>
      )}
    </div>
  )
}

export function MenuItem(props: {
  readonly onClick: () => void
  readonly children: ComponentChildren
  readonly danger?: boolean
  readonly checked?: boolean
}): JSX.Element {
  const isToggle = props.checked !== undefined
  return (
    <button
      type="button"
      class={`menu-item ${props.danger === true ? 'danger' : ''}`}
      aria-pressed={props.checked}
      onClick={props.onClick}
    >
      {isToggle && <span class="menu-mark">{props.checked === true ? '✓' : ''}</span>}
      {props.children}
    </button>
  )
}

function moveFocus(event: KeyboardEvent, panel: HTMLElement): void {
  const items = [...panel.querySelectorAll<HTMLElement>('button, input')]
  const root = panel.getRootNode() as Document | ShadowRoot
  const index = items.indexOf(root.activeElement as HTMLElement)
  const target = root.activeElement
  if (target instanceof HTMLInputElement && target.type === 'range') return
  event.preventDefault()
  items[(index + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus()
}

/** Moves a panel that would stand out of the page. */
function keepInSight(panel: HTMLElement): void {
  const { left, right } = panel.getBoundingClientRect()
  const width = document.documentElement.clientWidth
  const shift = right > width - 8 ? width - 8 - right : left < 8 ? 8 - left : 0
  if (shift !== 0) panel.style.translate = `${Math.max(shift, 8 - left)}px 0`
}
