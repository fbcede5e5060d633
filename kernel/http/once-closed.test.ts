import { once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { onceClosed } from './once-closed.ts'

test('K-27 what is held for a request is given back, also where it was given up before anybody listened', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const arrived = async () => {
    const asked = get({ port, host: '127.0.0.1' })
    asked.on('error', () => undefined)
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
    return { asked, response }
  }
  try {
    const early = await arrived()
    early.asked.destroy()
    await once(early.response, 'close')
    const given: string[] = []
    onceClosed(early.response, () => given.push('before'))
    expect(given).toEqual(['before'])

    const late = await arrived()
    onceClosed(late.response, () => given.push('after'))
    expect(given).toEqual(['before'])
    late.response.end('well')
    await once(late.response, 'close')
    expect(given).toEqual(['before', 'after'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
