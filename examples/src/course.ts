/** Runs a lecture of the course, a part of the tutorial or an extra: `node examples/dist/course.js 05 --viz`. */
import { programs } from './course/programs.js'
import { openPage, pageUsage, takePageArguments } from './page.js'
import { UsageError } from './usage-error.js'

const { page: wanted, rest } = takePageArguments(process.argv.slice(2))
const [name] = rest
const load = name === undefined || rest.length > 1 ? undefined : programs[name]
if (load === undefined) {
  const names = Object.keys(programs).join(', ')
  console.error(`usage: node examples/dist/course.js NAME ${pageUsage}\nwhere NAME is one of ${names}`)
  process.exitCode = 2
} else if (wanted !== null && !isLecture(name!)) {
  console.error(`${name} has no plots: --viz is for the lectures, 02 to 13`)
  process.exitCode = 2
} else {
  const program = await load()
  try {
    const page = wanted === null ? null : await openPage(wanted, `lecture-${name}`)
    await program.main({ viz: page?.viz ?? null })
    await page?.finish()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}

function isLecture(program: string): boolean {
  return /^\d\d$/.test(program)
}
