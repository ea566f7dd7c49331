/** `pnpm bench`: see ../README.md. */
import { readArguments, UsageError } from './arguments.js'
import { loaderCommand } from './loader/command.js'
import { memoryCommand } from './memory/command.js'
import { profileCommand } from './profile/command.js'
import { timeCommand } from './time.js'
import { vizCommand } from './viz/command.js'
import { micros } from './workloads/micro.js'
import { trainings } from './workloads/training.js'

function list(): number {
  for (const { id, title } of [...trainings, ...micros]) console.log(`${id.padEnd(20)} ${title}`)
  return 0
}

try {
  const options = readArguments(process.argv.slice(2))
  const commands = {
    list,
    time: () => timeCommand(options),
    profile: () => profileCommand(options),
    memory: () => memoryCommand(options),
    loader: () => loaderCommand(options),
    viz: () => vizCommand(options),
  }
  process.exitCode = await commands[options.mode]()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
