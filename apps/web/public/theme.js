// Before the first paint, so that what was chosen does not flash in otherwise. The keys are those of preferences.ts.
const chosen = localStorage.getItem('countersign.theme')
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
if (localStorage.getItem('countersign.density') === 'comfortable')
  document.documentElement.dataset.density = 'comfortable'
