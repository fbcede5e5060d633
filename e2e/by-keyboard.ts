import { expect, type Locator, type Page } from '@playwright/test'

/** More stops than any page has. */
const STOPS_MOST = 250

/** Goes to `target` with the Tab key, from where the hand is. */
export const tabTo = (page: Page, target: Locator) => goBy(page, 'Tab', target)

async function goBy(page: Page, key: 'Tab' | 'ArrowDown', target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  for (let stop = 0; stop < STOPS_MOST; stop += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} does not lead to ${target}`)
}

/** A button, link, box or choice: gone to, and pressed. */
export async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

/** Of a menu that is open: down to `item`, and taken. */
export async function fromMenu(page: Page, item: Locator): Promise<void> {
  await goBy(page, 'ArrowDown', item)
  await page.keyboard.press('Enter')
}

/** Into a field, in the place of what stands in it. */
export async function write(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field)
  await page.keyboard.press('Control+a')
  await page.keyboard.type(text)
}

/** The first of a list of choices that `words` find. */
export async function choose(page: Page, field: Locator, words: string): Promise<void> {
  await write(page, field, words)
  await page.keyboard.press('Enter')
}

/** Confirms the sheet of `title`, and goes to the request that it became. @returns its address */
export async function ask(page: Page, title: string): Promise<string> {
  const sheet = page.getByRole('dialog', { name: title })
  await expect(sheet.getByRole('button', { name: 'Ask for approval' })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()
  await press(page, sheet.getByRole('link', { name: 'Open request' }))
  await expect(page).toHaveURL(/\/app\/requests\//)
  return page.url()
}

/** Agrees to the request at `address`, and sees it carried out. */
export async function agree(page: Page, address: string, title: string): Promise<void> {
  await page.goto(address)
  const request = page.getByRole('article', { name: title })
  await expect(request.getByText('You sign')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(request.getByText('Done', { exact: true }).first()).toBeVisible()
}

/** Confirms the sheet of `title`, which nobody else has to agree to, sees it done, and closes it. */
export async function confirmAlone(page: Page, title: string): Promise<void> {
  const sheet = page.getByRole('dialog', { name: title })
  await expect(sheet.getByRole('button', { name: `${title} now` })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(sheet.getByText(/^(Done|Carried out\.)$/).first()).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(sheet).toBeHidden()
}
