import type { PolicyProof, ProvedProperty, RoleMay } from './prove-policies.ts'

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
<dt>Rules</dt><dd>${draft === undefined ? 'as installed' : `a draft, not in force: ${escaped(draft)} takes the place of the installed file of that name, or stands beside the installed ones`}. Their fingerprint is <code>${proof.rules}</code>.</dd>
</dl>

<h2>What was asked</h2>
<p>Countersign decides by ${number(counts.policies)} written rules. What they do not permit is refused. For this report each of
${number(counts.cases)} questions was answered from them by the same program that decides when people work:</p>
<ul>
<li>somebody with no role, with each of the ${number(counts.roles)} roles, and with every two of them (${number(counts.role_sets)} combinations in all), once as a person and once as a program;</li>
<li>each of the ${number(counts.permissions)} things that can be asked for, agreed to or read;</li>
<li>where the roles are let in at all: on a record of no tenant, of their own and of another; on a request of somebody else and on their own.</li>
</ul>
<p>Many roles are named by no rule, or by the same ones, so ${number(counts.asked)} of the questions differ in something that a rule looks at;
the others have their answers. The questions follow from what the program declares that it can do: nobody has listed them by hand.</p>

<h2>What holds</h2>
<table>
<thead><tr><th scope="col">Statement</th><th scope="col" class="count">Checked</th><th scope="col">Result</th></tr></thead>
<tbody>
${proof.properties.map(propertyRow).join('\n')}
</tbody>
</table>
${
  proof.holds
    ? ''
    : `<h2>What does not hold, and where</h2>\n${proof.properties
        .filter(({ broken }) => broken > 0)
        .map(brokenProperty)
        .join('\n')}`
}

<h2>What each role may do</h2>
<p>Each role by itself. Who holds several may do what each of them allows, and no more. What needs agreement is agreed to by somebody
else; a dot stands where the role is let in, and the record itself may still refuse.</p>
${proof.may.map((group) => mayTable(group, proof.roles)).join('\n')}
${idleRoles(proof)}

<h2>What this does not show</h2>
<ul>
<li>Who holds which role: that is the access review’s. Roles that separation of duties keeps apart are not given to one person, and one who comes with both is let in with neither.</li>
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
  return `<table>
<caption>${escaped(group.console)}</caption>
<thead><tr><th scope="col">may</th>${columns.map(({ title, console }) => `<th scope="col" class="role">${escaped(title)}<small>${escaped(console)}</small></th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => mayRow(row, columns)).join('\n')}
</tbody>
</table>
${nobody}`
}

function mayRow({ words, roles }: RoleMay, columns: PolicyProof['roles']): string {
  const cells = columns.map(({ role }) =>
    roles.includes(role)
      ? '<td class="role"><span aria-hidden="true">●</span><span class="said">yes</span></td>'
      : '<td class="role"><span class="said">no</span></td>',
  )
  return `<tr><th scope="row">${escaped(words)}</th>${cells.join('')}</tr>`
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
.role { text-align: center; min-width: 4rem; }
td { position: relative; }
.role small { display: block; font-weight: 400; color: #555; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .role { min-width: 0; font-size: 8pt; padding: .25rem; }
  thead { display: table-header-group; }
  tr, section, .verdict { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  @page { margin: 18mm 15mm; }
}
`
