/** Images, and images one after the other. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ImageContent } from '../../protocol/types.js'
import type { Pane } from '../state/pane.js'
import { useApp } from '../ui/context.js'
import { IconButton } from '../ui/icons.js'
import type { BodyProps } from './body.js'
import { useZoom } from './zoom.js'

export function ImageBody({ pane }: BodyProps): JSX.Element {
  void pane.revision.value
  return <Picture pane={pane} image={pane.window.content as ImageContent} />
}

export function HistoryBody({ pane }: BodyProps): JSX.Element {
  void pane.revision.value
  const text = useApp().text.value
  const images = pane.window.content as readonly ImageContent[]
  const last = images.length - 1
  const latest = Math.min(pane.window.selected ?? last, last)
  // null follows the newest
  const chosen = useSignal<number | null>(null)
  const index = Math.min(chosen.value ?? latest, last)
  const image = images[index]
  if (image === undefined) return <p class="body-note">{text.loading}</p>
  const choose = (value: number): void => {
    chosen.value = value === last ? null : value
  }
  return (
    <div class="history">
      <Picture pane={pane} image={image} />
      {pane.window.show_slider !== false && (
        <div class="history-bar">
          <input
            type="range"
            min={0}
            max={last}
            value={index}
            aria-label={text.frame(index + 1, images.length)}
            onInput={(event) => choose(Number(event.currentTarget.value))}
          />
          <span class="history-count">{text.frame(index + 1, images.length)}</span>
          <button type="button" class="button small" aria-pressed={chosen.value === null} onClick={() => choose(last)}>
            {text.latest}
          </button>
        </div>
      )}
    </div>
  )
}

/** Images of fewer pixels than this are drawn with sharp edges. */
const SHARP = 256

function Picture({ pane, image }: { readonly pane: Pane; readonly image: ImageContent }): JSX.Element {
  const app = useApp()
  const text = app.text.value
  const element = useRef<HTMLImageElement>(null)
  const [size, setSize] = useState<readonly [number, number] | null>(null)
  const [place, setPlace] = useState<readonly [number, number] | null>(null)
  const zoom = useZoom((event) => {
    const pixel = pixelAt(element.current!, event)
    if (pixel !== null) app.store.tell(pane, { event_type: 'Click', image_coord: { x: pixel[0], y: pixel[1] } })
  })
  const src = isImage(image?.src) ? image.src : ''
  useEffect(() => {
    pane.exports.value = src === '' ? {} : { png: async () => toBlob(src) }
    return () => {
      pane.exports.value = {}
    }
  }, [pane, src])
  const isSharp = size !== null && (size[0] < SHARP || size[1] < SHARP || zoom.view.scale > 2)
  return (
    <figure class="picture">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it is a picture that can be moved */}
      <div
        class="picture-frame"
        title={text.imageHint}
        {...zoom.handlers}
        onMouseMove={(event) => setPlace(pixelAt(element.current!, event))}
        onMouseLeave={() => setPlace(null)}
      >
        <img
          ref={element}
          class={isSharp ? 'sharp' : ''}
          alt={image?.caption ?? (pane.title.value || text.image)}
          src={src}
          draggable={false}
          style={{ transform: zoom.transform }}
          onLoad={(event) => setSize([event.currentTarget.naturalWidth, event.currentTarget.naturalHeight])}
        />
      </div>
      {zoom.isZoomed && <IconButton icon="reset" class="plot-reset" label={text.resetZoom} onClick={zoom.reset} />}
      <figcaption>
        <span class="caption">{image?.caption ?? ''}</span>
        {size !== null && (
          <span class="picture-size">{place === null ? `${size[0]} × ${size[1]}` : `${place[0]}, ${place[1]}`}</span>
        )}
      </figcaption>
    </figure>
  )
}

/** Only what is an image itself: a page should ask for nothing elsewhere. */
const isImage = (src: unknown): src is string => typeof src === 'string' && /^data:image\//i.test(src)

/** The bytes of a data URL: a page that asks for nothing may not ask for these either. */
function toBlob(src: string): Blob {
  const comma = src.indexOf(',')
  const head = src.slice(5, comma)
  const data = src.slice(comma + 1)
  const text = /;base64$/i.test(head) ? atob(data) : decodeURIComponent(data)
  return new Blob([Uint8Array.from(text, (char) => char.charCodeAt(0))], { type: head.split(';')[0]! })
}

/** The pixel of an image under the pointer, in its own pixels; `null` beside it. */
function pixelAt(image: HTMLImageElement, event: MouseEvent): readonly [number, number] | null {
  const { naturalWidth: width, naturalHeight: height } = image
  if (width === 0 || height === 0) return null
  const box = image.getBoundingClientRect()
  // the image lies in the middle of its box, as large as fits
  const scale = Math.min(box.width / width, box.height / height)
  const x = Math.floor((event.clientX - box.left - (box.width - width * scale) / 2) / scale)
  const y = Math.floor((event.clientY - box.top - (box.height - height * scale) / 2) / scale)
  return x >= 0 && y >= 0 && x < width && y < height ? [x, y] : null
}
