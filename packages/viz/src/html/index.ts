export { type DisplayOptions, display, type NotebookDisplay } from './notebook.js'
export { type HTMLOptions, type HTMLSource, toHTML } from './to-html.js'
