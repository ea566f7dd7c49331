const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The name of a run that has none, its time as TensorBoard's users know it: `May04_22-14-54`. */
export function timeName(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('-')
  return `${months[now.getMonth()]}${two(now.getDate())}_${time}`
}
