import { createHash } from 'node:crypto'
import type { Persona, Personas } from './personas.ts'

/** Marks a page as not for production wherever a person may meet it. */
const NOTICE =
  'Development identity provider: demonstration people, no passwords. Never run it in production.'

/** The whole script of the page that ends a session; the policy of that page names it by its hash. */
const SUBMIT_SIGN_OUT = `document.querySelector('button[name="logout"]').click()`
const SUBMIT_HASH = `sha256-${createHash('sha256').update(SUBMIT_SIGN_OUT).digest('base64')}`

/**
 * The page on which one picks a persona. Works without script: every persona is a button of one form.
 *
 * @param uid of the interaction under way
 * @param hint `login_hint` of the request: a persona's name or subject, offered first
 * @param installed consoles with pages in this installation: theirs come first; the others lead nowhere yet
 */
export function signInPage(
  uid: string,
  hint: string | undefined,
  installed: readonly string[],
  personas: Personas,
): string {
  const hinted = hint === undefined ? undefined : (personas.named(hint) ?? personas.of(hint))
  const first = hinted
    ? `<section aria-labelledby="hinted"><h2 id="hinted">Continue as</h2>${buttons([hinted], true)}</section>`
    : ''
  const unknown =
    hint !== undefined && !hinted
      ? `<p class="notice" role="status">There is no persona “${html(hint)}”. Choose one below.</p>`
      : ''
  const groups = [...personas.byConsole]
  const withPage = groups.filter(([console]) => installed.includes(console))
  const without = groups.filter(([console]) => !installed.includes(console))
  const others =
    without.length === 0
      ? ''
      : `<details><summary>People with no page yet</summary>
      <p>Their consoles are not installed. They can sign in, and the API knows them.</p>${without.map(group).join('')}</details>`
  return page(
    'Sign in',
    `<h1>Sign in to Countersign</h1><p>Choose who to be. Each person holds one role; approvals need two people.</p>
    ${unknown}<form method="post" action="/sign-in/${html(uid)}">${first}${withPage.map(group).join('')}${others}</form>`,
  )
}

function group([console, personas]: readonly [string, readonly Persona[]]): string {
  return `<section aria-labelledby="console-${console}"><h2 id="console-${console}">${label(console)}</h2>${buttons(personas, false)}</section>`
}

/**
 * @param form the provider's own, with the token that guards it; ours only adds the buttons
 * @param asked by the person themselves at the console: the answer is given for them, where script runs
 */
export function signOutPage(form: string, asked: boolean): string {
  return page(
    'Sign out',
    `<h1>Sign out?</h1><p>This ends your session here and at the console.</p>${form}
    <p class="choices"><button form="op.logoutForm" class="primary" name="logout" value="yes">Sign out</button>
    <button form="op.logoutForm">Stay signed in</button></p>${asked ? `<script>${SUBMIT_SIGN_OUT}</script>` : ''}`,
  )
}

export function signedOutPage(consoleUrl: string): string {
  return page(
    'Signed out',
    `<h1>You are signed out</h1><p><a href="${html(consoleUrl)}/">Back to the console</a></p>`,
  )
}

export function errorPage(error: string, description: string | undefined): string {
  return page(
    'Sign-in failed',
    `<h1>Sign-in failed</h1><p>${html(description ?? 'The request could not be understood.')}</p>
    <p>Go back to the console and sign in again. <span class="code">${html(error)}</span></p>`,
  )
}

/** `Content-Security-Policy` of our pages. A form's redirects count as its targets, and signing in ends at the console. */
export function contentPolicy(consoleUrl: string): string {
  return `default-src 'none'; script-src '${SUBMIT_HASH}'; style-src 'self'; form-action 'self' ${new URL(consoleUrl).origin}; base-uri 'none'; frame-ancestors 'none'`
}

function buttons(personas: readonly Persona[], primary: boolean): string {
  const items = personas.map(
    ({ name, fullName }) =>
      `<li><button name="persona" value="${html(name)}"${primary ? ' class="primary"' : ''}>
      <span class="person">${html(fullName)}</span> <span class="role">${html(name)}</span></button></li>`,
  )
  return `<ul class="personas">${items.join('')}</ul>`
}

function label(console: string): string {
  return console.slice(0, 1).toUpperCase() + console.slice(1)
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)} · Countersign development identity provider</title>
<link rel="stylesheet" href="/sign-in.css">
</head>
<body><main>${body}</main><footer><p>${NOTICE}</p></footer></body>
</html>
`
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
