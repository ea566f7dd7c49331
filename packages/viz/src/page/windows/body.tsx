/** What is in a pane, by the type of its window. */
import type { JSX } from 'preact'
import type { Pane } from '../state/pane.js'
import { EmbeddingsBody } from './embeddings.js'
import { HistoryBody, ImageBody } from './image.js'
import { JSONBody } from './json.js'
import { PlotBody } from './plot.js'
import { PropertiesBody } from './properties.js'
import { TextBody } from './text.js'

export interface BodyProps {
  readonly pane: Pane
}

export function Body({ pane }: BodyProps): JSX.Element {
  switch (pane.window.type) {
    case 'plot':
    case 'network':
      return <PlotBody pane={pane} />
    case 'image':
      return <ImageBody pane={pane} />
    case 'image_history':
      return <HistoryBody pane={pane} />
    case 'text':
      return <TextBody pane={pane} />
    case 'properties':
      return <PropertiesBody pane={pane} />
    case 'embeddings':
      return <EmbeddingsBody pane={pane} />
    default:
      return <JSONBody pane={pane} />
  }
}
