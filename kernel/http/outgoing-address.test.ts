import type { LookupAddress } from 'node:dns'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { outgoingAddresses } from './outgoing-address.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server on loopback that counts who came. */
async function listen(): Promise<{ port: number; visits: () => number }> {
  let visits = 0
  const server = createServer((_request, response) => {
    visits += 1
    response.end('here')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  closing.push(() => server.close())
  return { port: (server.address() as AddressInfo).port, visits: () => visits }
}

const answering =
  (...answers: string[][]) =>
  (
    _host: string,
    _options: { all: true },
    done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
  ) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    done(
      null,
      (answer ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }

const get = (port: number, lookup: ReturnType<typeof outgoingAddresses>['lookup']) =>
  new Promise<number | undefined>((done, failed) => {
    request({ host: 'hooks.example', port, lookup, agent: false }, (response) => {
      response.resume()
      done(response.statusCode)
    })
      .on('error', failed)
      .end()
  })

test('O-15 an address of a private network is refused, in each way of writing it', () => {
  const { checkHost } = outgoingAddresses([])
  for (const host of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:a00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::a00:1]',
    '[2002:a00:1::]',
    '[fd00::1]',
    '[fe80::1]',
  ]) {
    expect(() => checkHost(host), host).toThrow(/private network/)
  }
  for (const host of ['93.184.216.34', '[2606:2800:220:1::]', 'hooks.example']) {
    expect(() => checkHost(host), host).not.toThrow()
  }
})

test('O-15 a name that leads into a private network is not connected to', async () => {
  const { port, visits } = await listen()
  const { lookup } = outgoingAddresses([], answering(['127.0.0.1']))
  await expect(get(port, lookup)).rejects.toMatchObject({ code: 'address_not_allowed' })
  const mixed = outgoingAddresses([], answering(['93.184.216.34', '127.0.0.1']))
  await expect(get(port, mixed.lookup)).rejects.toMatchObject({ code: 'address_not_allowed' })
  expect(visits()).toBe(0)
})

test('O-15 a name that is answered anew for each question is checked on the answer that is used', async () => {
  const { port, visits } = await listen()
  const rebinding = outgoingAddresses([], answering(['93.184.216.34'], ['127.0.0.1']))
  const first = await new Promise((done) =>
    rebinding.lookup('hooks.example', { all: false }, (error, address) => done(error ?? address)),
  )
  expect(first).toBe('93.184.216.34')
  await expect(get(port, rebinding.lookup)).rejects.toMatchObject({ code: 'address_not_allowed' })
  expect(visits()).toBe(0)
})

test('O-15 a private network that the configuration names is reached, and no other', async () => {
  const { port, visits } = await listen()
  const { lookup, checkHost } = outgoingAddresses(['127.0.0.0/8'], answering(['127.0.0.1']))
  expect(await get(port, lookup)).toBe(200)
  expect(visits()).toBe(1)
  expect(() => checkHost('10.0.0.1')).toThrow(/private network/)
})
