/** The page on which every product is measured: its tags at the start of the head, an early request, and the page's code. */
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

/** With the attributes that Faro and Elastic document for names of actions. */
function button(text: string): string {
  const name = text.toLowerCase().replace(' ', '-')
  return `<button id="${name}" data-faro-user-action-name="${name}" data-transaction-name="${name}">${text}</button>`
}
