import type { Agreement, MovesMoney, PolicyProof, ProvedProperty, RoleMay } from './prove-policies.ts'

/**
 * The proof as a page for an auditor: one HTML file that needs nothing else, for screen and paper.
 *
 * @param draft the file that was tried in place of the installed rules; left out: the rules are the installed ones
 */
export function proofReport(proof: PolicyProof, draft?: string): string {
  const { counts } = proof
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Who may do what: proof of the rules</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Who may do what: proof of the rules</h1>
<p class="verdict ${proof.holds ? 'holds' : 'broken'}">${verdict(proof)}</p>
<dl>
<dt>Made</dt><dd><time datetime="${proof.made_at}">${madeAt(proof.made_at)}</time></dd>
<dt>Rules</dt><dd>${draft === undefined ? 'as installed' : `a draft, not in force: ${escaped(draft)} takes the place of the installed file of that name, or stands beside the installed ones`}. Their fingerprint is <code>${proof.rules}</code>. Every request keeps the fingerprint of the rules that it was decided by, before the dot of its <code>policy_version</code>: where the two are the same, these were the rules.</dd>
<dt>Declarations</dt><dd>How many must agree, for which reasons, what moves money and what erases is declared with each action, and stands in no rule. The fingerprint of all of that is <code>${proof.declarations}</code>: it changes when any of it does. To compare it, make this report with the program that is installed.</dd>
</dl>
<nav><ul>
<li><a href="#asked">What was asked</a></li>
<li><a href="#holds">What holds</a></li>
<li><a href="#money">What counts as moving money</a></li>
<li><a href="#may">What each role may do</a></li>
<li><a href="#not">What this does not show</a></li>
</ul></nav>

<h2 id="asked">What was asked</h2>
<p>Countersign decides by ${number(counts.policies)} written rules. What they do not permit is refused. For this report each of
${number(counts.cases)} questions was answered from them by the same program that decides when people work:</p>
<ul>
<li>somebody with no role, with each of the ${number(counts.roles)} roles, and with every two of them (${number(counts.role_sets)} combinations in all), once as a person and once as a program;</li>
<li>each of the ${number(counts.permissions)} things that can be asked for, agreed to or read;</li>
<li>on a record of no tenant, of their own tenant and of another; on a request of somebody else and on one of their own. What a role is refused at the door, before any record is looked at, is one question.</li>
</ul>
<p>Many roles are named by no rule, or by the same ones. Questions in which no rule could see a difference were answered once: ${number(counts.asked)}
answers stand for all of them. The questions follow from what the program declares that it can do, so that what is added to it is asked
about too. What each action is, whether it moves money among it, is declared by whoever wrote it: that list is below, to be read.</p>

<h2 id="holds">What holds</h2>
<p>Beside each statement stands how many answers, or how many declared actions, rules or records, it was held against.</p>
<div class="wide"><table>
<thead><tr><th scope="col">Statement</th><th scope="col" class="count">Held against</th><th scope="col">Result</th></tr></thead>
<tbody>
${proof.properties.map(propertyRow).join('\n')}
</tbody>
</table></div>
${
  proof.holds
    ? ''
    : `<h2>What does not hold, and where</h2>\n${proof.properties
        .filter(({ broken }) => broken > 0)
        .map(brokenProperty)
        .join('\n')}`
}

<h2 id="money">What counts as moving money</h2>
<p>An action is declared to move money if carrying it out pays, sends back, stops or lets go somebody's money, books or writes off an amount, confirms
that one was paid, or says of any of these that it happened. It is not if it only joins entries that are there, closes a month, or
corrects what later payments will use. The statements about money above are about these. <b>Others</b> is how many other people must agree, as declared.
<b>Fewest</b> is how few people can set it to by changing the rules of approval, which two people agree to and the audit log keeps.</p>
${moneyTable(proof.moves_money)}

<h2 id="may">What each role may do</h2>
<p>Each role by itself. Who holds several may do what each of them allows, and no more. A dot stands where the role is let in; the record
itself may still refuse. What is done to a person or an account, for one, is refused on accounts of another console or of the other side.</p>
<p><b>Others</b> is how many other people must agree before it is done, as declared: 0 means that whoever may ask does it alone, and that there is
nothing to agree to unless people have set a rule that asks for it.</p>
${proof.may.map((group) => mayTable(group, proof.roles)).join('\n')}
${idleRoles(proof)}

<h2 id="not">What this does not show</h2>
<ul>
<li>Who holds which role: that is the access review’s. Roles of both sides are not given to one person. What was granted here yields to the other side that the identity provider asserts, and one of whom it asserts both is let in with neither.</li>
<li>Whether the program that runs is the one that was proved. Whoever can change the files of rules or install another program can change what is proved with it: compare the fingerprints, and see who may install.</li>
<li>Whoever can write to the database past the program, as its superuser can. What they change in the audit log is found by <code>countersign audit verify</code>; what they do to roles is not shown here.</li>
<li>What the systems behind the console allow its own credentials. The console sends them what was agreed to, and nothing else; what somebody else with such a credential could do is for those systems to limit.</li>
<li>What follows from an action without moving money by itself: a merchant that is suspended sells nothing, an overridden gateway has another authorise. Neither changes what is owed or when it is settled.</li>
<li>Which rules of approval people have set since: they are versioned, changed by several people, and stand in the audit log.</li>
<li>The two ways to act before others agree, each recorded: an emergency is in force for a limited time while it is agreed to, and who is on the list for it may carry out a critical action alone, which somebody else then reviews. No refusal above is lifted by either.</li>
<li>What people did: that is the audit log’s, and <code>countersign audit verify</code> proves it.</li>
</ul>
</main>
</body>
</html>
`
}

function verdict({ properties, holds }: PolicyProof): string {
  if (holds) return `All ${properties.length} statements hold.`
  const broken = properties.filter((property) => property.broken > 0).length
  return `${broken} of ${properties.length} statements ${broken === 1 ? 'does' : 'do'} not hold.`
}

function propertyRow({ sentence, checked, broken }: ProvedProperty): string {
  const result =
    broken > 0
      ? `<strong class="broken">does not hold</strong> (${number(broken)})`
      : checked > 0
        ? '<span class="holds">holds</span>'
        : 'nothing to check'
  return `<tr><td>${escaped(sentence)}</td><td class="count">${number(checked)}</td><td>${result}</td></tr>`
}

function brokenProperty({ sentence, broken, counterexamples }: ProvedProperty): string {
  const more = broken - counterexamples.length
  return `<section>
<h3>${escaped(sentence)}</h3>
<ul>
${counterexamples.map(({ says }) => `<li>${escaped(says)}</li>`).join('\n')}
</ul>
${more > 0 ? `<p>And ${number(more)} more, most of them of the same roles beside others.</p>` : ''}
</section>`
}

function mayTable(group: PolicyProof['may'][number], roles: PolicyProof['roles']): string {
  const rows = group.permissions.filter((each) => each.roles.length > 0)
  const shut = group.permissions.filter((each) => each.roles.length === 0)
  const columns = roles.filter(({ role }) => rows.some((each) => each.roles.includes(role)))
  const nobody =
    shut.length === 0 ? '' : `<p>No role may: ${shut.map(({ words }) => escaped(words)).join('; ')}.</p>`
  if (rows.length === 0) return `<h3>${escaped(group.console)}</h3>\n${nobody}`
  return `<div class="wide"><table>
<caption>${escaped(group.console)}</caption>
<thead><tr><th scope="col">may</th><th scope="col" class="others">Others</th>${columns.map(({ title, console }) => `<th scope="col" class="role">${escaped(title)}<small>${escaped(console)}</small></th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => mayRow(row, columns)).join('\n')}
</tbody>
</table></div>
${nobody}`
}

function moneyTable(moves: readonly MovesMoney[]): string {
  if (moves.length === 0) return '<p>Nothing that is declared moves money.</p>'
  return `<div class="wide"><table>
<thead><tr><th scope="col">Action</th><th scope="col" class="others">Others</th><th scope="col">Fewest</th></tr></thead>
<tbody>
${moves
  .map(
    ({ words, about, agree }) =>
      `<tr><th scope="row">${called(words, about)}</th><td class="others">${others(agree)}</td><td class="others">${number(agree.at_least)}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table></div>`
}

/** `ask for “Confirm”`, and of what. */
function called(words: string, about: string | undefined): string {
  return `${escaped(words)}${about === undefined ? '' : `<small>${escaped(about)}</small>`}`
}

function others({ declared, where }: Agreement): string {
  return [number(declared), ...where.map((each) => `<small>${escaped(each)}</small>`)].join('')
}

function mayRow({ words, about, agree, roles }: RoleMay, columns: PolicyProof['roles']): string {
  const cells = columns.map(({ role }) =>
    roles.includes(role)
      ? '<td class="role"><span aria-hidden="true">●</span><span class="said">yes</span></td>'
      : '<td class="role"><span class="said">no</span></td>',
  )
  return `<tr><th scope="row">${called(words, about)}</th><td class="others">${agree === undefined ? '' : others(agree)}</td>${cells.join('')}</tr>`
}

function idleRoles({ roles, may }: PolicyProof): string {
  const idle = roles.filter(
    ({ role }) => !may.some(({ permissions }) => permissions.some((each) => each.roles.includes(role))),
  )
  if (idle.length === 0) return ''
  return `<p>These roles may do nothing here: ${idle.map(({ title, console }) => escaped(`${title} (${console})`)).join(', ')}.</p>`
}

function madeAt(at: string): string {
  return `${at.slice(0, 10)}, ${at.slice(11, 16)} UTC`
}

function number(count: number): string {
  return count.toLocaleString('en')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1a1a1a; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
.verdict { font-size: 1.1rem; font-weight: 600; padding: .6rem .9rem; border-left: .35rem solid; background: #f4f6f4; }
.holds { color: #17632f; }
.broken { color: #a31621; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { color: #555; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 1.5rem; }
caption { text-align: start; font-weight: 600; padding: .5rem 0; }
th, td { text-align: start; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d8d8d8; }
th { font-weight: 600; }
tbody th { font-weight: 400; }
.count { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.others { font-variant-numeric: tabular-nums; min-width: 6rem; }
.role { text-align: center; min-width: 4rem; }
.wide { overflow: auto; max-height: 90vh; margin: .75rem 0 1.5rem; }
.wide table { margin: 0; }
.wide thead th { position: sticky; top: 0; background: #fff; }
.wide tbody th { min-width: 9rem; }
@media (min-width: 40rem) { .wide tbody th { position: sticky; left: 0; background: #fff; } }
nav ul { columns: 2 14rem; padding-inline-start: 1.1rem; }
a { color: #1d4b8f; }
td { position: relative; }
small { display: block; font-weight: 400; color: #555; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .wide { overflow: visible; max-height: none; }
  .role { min-width: 0; font-size: 8pt; padding: .25rem; }
  thead { display: table-header-group; }
  tr, section, .verdict { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  @page { margin: 18mm 15mm; }
}
`
