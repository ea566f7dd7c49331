/** A server for a case of `--viz`, in a process of its own: `node viz/server.js live|slow FOLDER`. Prints its address. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { serve } from '@tsorch/viz/server'

const SLOW_MS = 2000

if (process.argv[2] === 'slow') {
  const server = createServer((request, response) => {
    request.resume()
    setTimeout(() => response.end('window'), SLOW_MS)
  })
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
} else {
  const { url } = await serve({ port: 0, envPath: join(process.argv[3]!, 'environments') })
  console.log(url)
}
