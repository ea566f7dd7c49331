/** Runs a lecture of the course, a part of the tutorial or an extra: `node examples/dist/course.js 05`. */
import { programs } from './course/programs.js'

const [name] = process.argv.slice(2)
const load = name === undefined ? undefined : programs[name]
if (load === undefined) {
  console.error(`usage: node examples/dist/course.js NAME\nwhere NAME is one of ${Object.keys(programs).join(', ')}`)
  process.exitCode = 2
} else {
  const program = await load()
  await program.main()
}
