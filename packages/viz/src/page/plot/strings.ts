/** What plots say, in English and Chinese. */
export interface Strings {
  readonly step: string
  readonly time: string
  readonly relative: string
  readonly epoch: string
  readonly empty: string
  readonly notFinite: (value: string, at: string) => string
  readonly missing: (at: string) => string
  readonly diverges: (at: string) => string
  readonly count: string
  readonly value: string
  readonly more: (count: number) => string
  readonly noPlotly: (kind: string) => string
  readonly plotlyFailed: (message: string) => string
  readonly loading: string
  readonly parameters: string
  readonly trainable: string
  readonly input: string
  readonly output: string
}

const EN: Strings = {
  step: 'step',
  time: 'time',
  relative: 'time since start',
  epoch: 'epoch',
  empty: 'no data yet',
  notFinite: (value, at) => `${value} at ${at}`,
  missing: (at) => `no number since ${at}`,
  diverges: (at) => `diverges since ${at}`,
  count: 'count',
  value: 'value',
  more: (count) => `+${count} more`,
  noPlotly: (kind) =>
    `“${kind}” is drawn by Plotly, which is not installed here: npm install plotly.js-strict-dist-min`,
  plotlyFailed: (message) => `Plotly could not draw this: ${message}`,
  loading: 'loading Plotly …',
  parameters: 'parameters',
  trainable: 'trainable',
  input: 'input',
  output: 'output',
}

const ZH: Strings = {
  step: '步',
  time: '时间',
  relative: '已用时间',
  epoch: '轮次',
  empty: '暂无数据',
  notFinite: (value, at) => `${at} 处为 ${value}`,
  missing: (at) => `自 ${at} 起没有数值`,
  diverges: (at) => `自 ${at} 起发散`,
  count: '数量',
  value: '值',
  more: (count) => `另有 ${count} 项`,
  noPlotly: (kind) => `“${kind}” 需要 Plotly 绘制，但尚未安装：npm install plotly.js-strict-dist-min`,
  plotlyFailed: (message) => `Plotly 无法绘制：${message}`,
  loading: '正在加载 Plotly …',
  parameters: '参数',
  trainable: '可训练',
  input: '输入',
  output: '输出',
}

export function stringsOf(locale: 'en' | 'zh'): Strings {
  return locale === 'zh' ? ZH : EN
}
