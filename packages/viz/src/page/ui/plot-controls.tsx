/** Settings of all plots. */
import type { JSX } from 'preact'
import type { XAxisKind } from '../plot/types.js'
import { useApp } from './context.js'

export function PlotControls(): JSX.Element {
  const {
    settings,
    store,
    text: { value: text },
  } = useApp()
  const { hasTime, hasEpoch } = store.columns.value
  const has: Readonly<Record<XAxisKind, boolean>> = { step: true, relative: hasTime, time: hasTime, epoch: hasEpoch }
  const axes: readonly [XAxisKind, string][] = [
    ['step', text.step],
    ['relative', text.relative],
    ['time', text.time],
    ['epoch', text.epoch],
  ]
  return (
    <div class="plot-controls">
      <label class="control" title={text.smoothingHint}>
        <span>{text.smoothing}</span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.01}
          // most of what can be seen happens near 1
          value={1 - Math.sqrt(1 - settings.smoothing.value)}
          onInput={(event) => {
            settings.smoothing.value = Math.min(1 - (1 - Number(event.currentTarget.value)) ** 2, 0.999)
          }}
        />
        <output>{settings.smoothing.value.toFixed(2)}</output>
      </label>
      <label class="control">
        <span>{text.xAxis}</span>
        <select
          class="field"
          value={settings.xAxis.value}
          onChange={(event) => {
            settings.xAxis.value = event.currentTarget.value as XAxisKind
          }}
        >
          {axes.map(([kind, label]) => (
            <option key={kind} value={kind} disabled={!has[kind]} title={has[kind] ? undefined : text.noColumn}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Toggle label={text.logY} setting={settings.logY} />
      <Toggle label={text.follow} hint={text.followHint} setting={settings.follow} />
    </div>
  )
}

function Toggle(props: {
  readonly label: string
  readonly hint?: string
  readonly setting: { value: boolean }
}): JSX.Element {
  const { label, hint, setting } = props
  return (
    <button
      type="button"
      class="button toggle"
      title={hint ?? label}
      aria-pressed={setting.value}
      onClick={() => {
        setting.value = !setting.value
      }}
    >
      {label}
    </button>
  )
}
