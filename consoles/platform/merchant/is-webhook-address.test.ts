import { expect, test } from 'vitest'
import { isWebhookAddress } from './is-webhook-address.ts'

test.each([
  'https://hooks.shop.example/payments',
  'https://shop.example:8443/',
  'https://münchen.example/',
  'https://localhost.example/',
  'https://hooks.shop.example/?shop=17&monkey=yes',
])('P-02 webhooks may go to %s', (address) => {
  expect(isWebhookAddress(address)).toBe(true)
})

test.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://shop.localhost/',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://intranet/',
  'https://user@shop.example/',
  'https://:secret@shop.example/',
  'https://hooks.shop.example/?shop=17&access_token=abc',
  'https://hooks.shop.example/?Api-Key=abc',
  'https://hooks.shop.example/?sig',
  'shop.example',
])('P-02 webhooks go to no network of one’s own, and with no secret in the address: %s', (address) => {
  expect(isWebhookAddress(address)).toBe(false)
})
