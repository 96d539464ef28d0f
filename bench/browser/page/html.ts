/** The page every product is measured on: its tags first in the head, a request as early as a page can make one, its own code. */
export function pageHtml(tags: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>bench</title>
${tags}
<script>fetch('/api/ask?action=early')</script></head>
<body>
${['Buy A', 'Buy B', 'Leave', 'Nothing', 'Ask', 'Many'].map(button).join('\n')}
<script src="/workload.js"></script>
</body>
</html>`
}

/** With the attributes that Faro's and Elastic's documentation ask for where an action is to have a name. */
function button(text: string): string {
  const name = text.toLowerCase().replace(' ', '-')
  return `<button id="${name}" data-faro-user-action-name="${name}" data-transaction-name="${name}">${text}</button>`
}
