// Before the first paint, so that a chosen theme does not flash in the other one. The key is preferences.ts's.
const chosen = localStorage.getItem('countersign.theme')
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
