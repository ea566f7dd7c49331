/** One pane: a bar with its title and buttons, and the body. */
import type { JSX } from 'preact'
import { useEffect, useErrorBoundary, useRef } from 'preact/hooks'
import { messageOf } from '../message.js'
import type { Pane } from '../state/pane.js'
import { Body } from '../windows/body.js'
import { useApp } from './context.js'
import type { Move } from './grid.js'
import { Icon, IconButton } from './icons.js'
import { PaneMenu } from './pane-menu.js'

interface PaneProps {
  readonly pane: Pane
  readonly onMove?: (move: Move) => void
}

export function PaneView({ pane, onMove }: PaneProps): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const root = useRef<HTMLElement>(null)
  const isMaximized = app.maximized.value === pane.id
  const isCollapsed = pane.collapsed.value && !isMaximized
  const title = pane.title.value
  const toggleMaximized = (): void => {
    app.maximized.value = isMaximized ? null : pane.id
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && isMaximized) app.maximized.value = null
    if (isTyping(event)) return
    const move = event.altKey ? moves(event.shiftKey)[event.key] : undefined
    if (move === undefined || onMove === undefined) return
    event.preventDefault()
    onMove(move)
  }
  const onKeyUp = (event: KeyboardEvent): void => {
    if (isTyping(event) || (event.altKey && event.key.startsWith('Arrow')) || event.key === 'Tab') return
    app.store.tell(pane, {
      event_type: 'KeyPress',
      key: event.key,
      key_code: event.keyCode,
      // what is in it is too much for each key
      ...(pane.window.type === 'embeddings' && { pane_data: false }),
    })
  }
  return (
    <section
      ref={root}
      class={`pane ${isMaximized ? 'maximized' : ''} ${isCollapsed ? 'collapsed' : ''}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: programs hear the keys that are pressed in a pane
      tabIndex={0}
      aria-label={title || text.untitled}
      data-window={pane.id}
      data-type={pane.window.type}
      onKeyDown={onKeyDown}
      onKeyUp={onKeyUp}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a button in it does the same */}
      <header class="pane-bar" onDblClick={toggleMaximized}>
        <h3 class="pane-title" title={title === '' ? pane.id : title}>
          {title === '' ? <span class="faint">{shortId(pane.id)}</span> : title}
        </h3>
        <FlagBadge pane={pane} />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: keeps presses of its buttons from the bar */}
        <div class="pane-buttons" onDblClick={(event) => event.stopPropagation()}>
          <PaneMenu pane={pane} />
          {!isMaximized && (
            <IconButton
              icon={isCollapsed ? 'expand' : 'collapse'}
              label={isCollapsed ? text.expand : text.collapse}
              onClick={() => {
                pane.collapsed.value = !pane.collapsed.value
              }}
            />
          )}
          <IconButton
            icon={isMaximized ? 'restore' : 'maximize'}
            label={isMaximized ? text.restore : text.maximize}
            onClick={toggleMaximized}
          />
          {!app.store.readonly.value && (
            <IconButton
              icon="close"
              label={text.close}
              onClick={() => {
                if (isMaximized) app.maximized.value = null
                app.store.closePane(pane)
              }}
            />
          )}
        </div>
      </header>
      <div class="pane-body">{!isCollapsed && (pane.drawn.value || isMaximized) && <SafeBody pane={pane} />}</div>
    </section>
  )
}

/** A body that can't be shown says so, and leaves the others alone. */
function SafeBody({ pane }: { readonly pane: Pane }): JSX.Element {
  const app = useApp()
  const [error, reset] = useErrorBoundary()
  // another content is another try
  useEffect(() => (error === undefined ? undefined : pane.listen(reset)), [error])
  if (error !== undefined) return <p class="body-note">{app.text.value.drawFailed(messageOf(error))}</p>
  return <Body pane={pane} />
}

function FlagBadge({ pane }: { readonly pane: Pane }): JSX.Element | null {
  const text = useApp().text.value
  const flag = pane.flag.value
  if (flag === null) return null
  // where there are several traces, the message says which
  const trace = flag.message.startsWith(`${flag.trace}: `) ? '' : flag.trace
  const message = text.flagged(trace, flag.message === '' ? text.isNotFinite : flag.message)
  return (
    <span class="flag" role="status" title={message}>
      <Icon name="warning" />
      <span class="flag-text">{message}</span>
    </span>
  )
}

/** Whether a key goes to a field. */
function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath()
  return target instanceof HTMLElement && target.closest('input, select, textarea, button, [contenteditable]') !== null
}

function moves(resizes: boolean): Readonly<Record<string, Move>> {
  return resizes
    ? { ArrowLeft: { w: -1 }, ArrowRight: { w: 1 }, ArrowUp: { h: -2 }, ArrowDown: { h: 2 } }
    : { ArrowLeft: { x: -1 }, ArrowRight: { x: 1 }, ArrowUp: { y: -2 }, ArrowDown: { y: 2 } }
}

/** Windows that nobody named have long ids. */
const shortId = (id: string): string => (id.length > 24 ? `${id.slice(0, 20)}…` : id)
