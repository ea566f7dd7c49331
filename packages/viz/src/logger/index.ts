/** The public list of the logger. */
export { csvSink } from './csv-sink.js'
export { type Loggable, type LoggedAt, Logger, type LoggerOptions } from './logger.js'
export type { HparamValue, ImageRecord, LogMoment, LogSink, RunStart, ScalarsRecord, ValuesRecord } from './sink.js'
export { tensorBoardSink } from './tensorboard-sink.js'
export { type TerminalSinkOptions, terminalSink } from './terminal-sink.js'
export { visdomSink } from './visdom-sink.js'
