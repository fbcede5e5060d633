import { type MountConsole, mountConsole } from '@countersign/kernel/console.ts'
import { platformConsole } from './console.ts'
import { merchantsEvents } from './merchants/merchants-events.ts'
import { makeMerchantsHttp } from './merchants/merchants-http.ts'

/** The platform console on its systems of record. */
export const mountPlatform: MountConsole = (connect) => {
  const http = connect('merchants')
  const merchants = makeMerchantsHttp(http)
  return mountConsole(platformConsole([merchantsEvents(http)], merchants), { merchants })
}
