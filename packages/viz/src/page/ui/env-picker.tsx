/** Which environments are shown: a tree with a search, where several may be ticked. */
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { type EnvNode, envsIn, envTree } from '../state/env-tree.js'
import { makeFilter } from '../state/filter.js'
import { useApp } from './context.js'
import { Icon } from './icons.js'
import { Menu } from './menu.js'

export function EnvPicker(): JSX.Element {
  const app = useApp()
  const open = app.store.open.value
  const label = open.join(' + ')
  return (
    <Menu
      label={app.text.value.environments}
      class="env-menu"
      button={
        <>
          <span class="env-name" title={label}>
            {label}
          </span>
          <Icon name="chevron" />
        </>
      }
    >
      {(close) => <EnvList close={close} />}
    </Menu>
  )
}

function EnvList({ close }: { readonly close: () => void }): JSX.Element {
  const app = useApp()
  const { store } = app
  const text = app.text.value
  const [search, setSearch] = useState('')
  const [ticked, setTicked] = useState<readonly string[]>(store.open.peek())
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const envs = store.envs.value
  const matching = useMemo(() => envs.filter(makeFilter(search)), [envs, search])
  const tree = useMemo(() => envTree(matching), [matching])
  const show = (names: readonly string[]): void => {
    store.openEnvs(names)
    close()
  }
  const toggle = (names: readonly string[]): void => {
    const isAll = names.every((name) => ticked.includes(name))
    setTicked(isAll ? ticked.filter((name) => !names.includes(name)) : [...new Set([...ticked, ...names])])
  }
  const toggleFold = (path: string): void => {
    const next = new Set(folded)
    if (!next.delete(path)) next.add(path)
    setFolded(next)
  }
  const isChanged = ticked.length > 0 && ticked.join('\n') !== store.open.value.join('\n')
  return (
    <div class="env-list">
      <input
        class="field"
        type="search"
        data-autofocus
        value={search}
        placeholder={text.searchEnvironments}
        aria-label={text.searchEnvironments}
        onInput={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && matching.length > 0) show([matching[0]!])
        }}
      />
      <div class="env-tree">
        {envs.length === 0 && <p class="menu-note">{text.noEnvironments}</p>}
        {envs.length > 0 && matching.length === 0 && <p class="menu-note">{text.noMatch}</p>}
        <EnvNodes nodes={tree} {...{ ticked, folded, toggle, toggleFold, show }} />
      </div>
      <div class="env-foot">
        {ticked.length > 1 || isChanged ? (
          <button type="button" class="button primary" disabled={ticked.length === 0} onClick={() => show(ticked)}>
            {ticked.length > 1 ? text.compare(ticked.length) : text.open}
          </button>
        ) : (
          <p class="menu-note">{text.compareHint}</p>
        )}
      </div>
      {!store.readonly.value && !store.isCompare && <EnvActions close={close} />}
    </div>
  )
}

interface NodesProps {
  readonly nodes: readonly EnvNode[]
  readonly ticked: readonly string[]
  readonly folded: ReadonlySet<string>
  readonly toggle: (names: readonly string[]) => void
  readonly toggleFold: (path: string) => void
  readonly show: (names: readonly string[]) => void
}

function EnvNodes({ nodes, ...rest }: NodesProps): JSX.Element {
  return (
    <ul>
      {nodes.map((node) => (
        <EnvRow key={node.path} node={node} {...rest} />
      ))}
    </ul>
  )
}

function EnvRow({ node, ...rest }: Omit<NodesProps, 'nodes'> & { readonly node: EnvNode }): JSX.Element {
  const { ticked, folded, toggle, toggleFold, show } = rest
  const text = useApp().text.value
  const names = envsIn(node)
  const count = names.filter((name) => ticked.includes(name)).length
  const isFolded = folded.has(node.path)
  const hasChildren = node.children.length > 0
  return (
    <li>
      <div class="env-row">
        {hasChildren ? (
          <button
            type="button"
            class={`icon-button fold ${isFolded ? 'folded' : ''}`}
            aria-expanded={!isFolded}
            aria-label={`${isFolded ? text.expand : text.collapse} ${node.path}`}
            onClick={() => toggleFold(node.path)}
          >
            <Icon name="chevron" />
          </button>
        ) : (
          <span class="fold" />
        )}
        <input
          type="checkbox"
          aria-label={node.isEnv && !hasChildren ? text.select(node.path) : `${text.selectAll}: ${node.path}`}
          checked={count === names.length}
          ref={(input) => {
            if (input !== null) input.indeterminate = count > 0 && count < names.length
          }}
          onChange={() => toggle(names)}
        />
        <button
          type="button"
          class="env-label"
          title={node.path}
          onClick={() => (node.isEnv ? show([node.path]) : toggleFold(node.path))}
        >
          {node.label}
          {hasChildren && <span class="faint"> {names.length}</span>}
        </button>
      </div>
      {hasChildren && !isFolded && <EnvNodes nodes={node.children} {...rest} />}
    </li>
  )
}

/** What can be done with the environment that is shown. */
function EnvActions({ close }: { readonly close: () => void }): JSX.Element {
  const app = useApp()
  const { store } = app
  const text = app.text.value
  const env = store.envOf()
  const ask = (request: NonNullable<typeof app.dialog.value>): void => {
    close()
    app.dialog.value = request
  }
  return (
    <div class="env-actions">
      <button type="button" class="link" onClick={() => store.post('save', { data: [env], eid: env }).then(close)}>
        {text.saveNow}
      </button>
      <button
        type="button"
        class="link"
        onClick={() =>
          ask({
            message: text.forkAs,
            value: `${env}_copy`,
            onConfirm: async (name) => {
              const made = await store.post('fork_env', { prev_eid: env, eid: name })
              if (made !== undefined) store.openEnvs([name.replaceAll('/', '_')])
            },
          })
        }
      >
        {text.fork}
      </button>
      <button
        type="button"
        class="link"
        onClick={() =>
          ask({
            message: text.confirmClear(store.panes.value.length),
            danger: true,
            onConfirm: () => void store.post('close', { win: null, eid: env }),
          })
        }
      >
        {text.clearEnv}
      </button>
      {env !== 'main' && (
        <button
          type="button"
          class="link danger"
          onClick={() =>
            ask({
              message: text.confirmDelete(env),
              danger: true,
              onConfirm: async () => {
                if ((await store.post('delete_env', { eid: env })) !== undefined) store.openEnvs(['main'])
              },
            })
          }
        >
          {text.deleteEnv}
        </button>
      )}
    </div>
  )
}
