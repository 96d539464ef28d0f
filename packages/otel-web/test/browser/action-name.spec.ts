import { expect, isRequestTo, test, waitForSpan, waitForSpans } from './fixtures.ts'

/** Markup with declarative shadow roots in which the element with the id t is clicked, and the name of the click. */
const NAMES: Readonly<Record<string, readonly [html: string, name: string]>> = {
  // https://www.w3.org/TR/accname-1.2/#computation-steps
  content: ['<button id=t>Buy</button>', 'Buy'],
  'content of the control around': ['<button><b id=t>Buy</b> now</button>', 'Buy now'],
  'inline elements in one word': ['<button id=t><b>B</b>uy</button>', 'Buy'],
  'block elements are words': ['<button id=t><div>Buy</div><div>now</div></button>', 'Buy now'],
  'aria-label before content': ['<button id=t aria-label=Close>x</button>', 'Close'],
  'an aria-label of spaces is none': ['<button id=t aria-label="  ">Buy</button>', 'Buy'],
  'aria-labelledby before aria-label': [
    '<i id=l>Pay</i><button id=t aria-labelledby=l aria-label=x>x</button>',
    'Pay',
  ],
  'aria-labelledby with several ids': [
    '<i id=l>Pay</i><i id=m>now</i><button id=t aria-labelledby="l m">x</button>',
    'Pay now',
  ],
  'aria-labelledby with itself': [
    '<i id=l>file</i><button id=t aria-label=Delete aria-labelledby="t l">x</button>',
    'Delete file',
  ],
  'aria-labelledby to what is hidden': [
    '<i id=l hidden>Pay <b>now</b></i><button id=t aria-labelledby=l>x</button>',
    'Pay now',
  ],
  'aria-labelledby is followed once': [
    '<i id=m>no</i><i id=l aria-labelledby=m>Pay</i><button id=t aria-labelledby=l>x</button>',
    'Pay',
  ],
  'aria-labelledby to nothing': ['<button id=t aria-labelledby=missing>Buy</button>', 'Buy'],
  'hidden content': ['<button id=t>Buy<span hidden> secretly</span></button>', 'Buy'],
  'content that is not displayed': [
    '<button id=t>Buy<span style="display:none"> secretly</span></button>',
    'Buy',
  ],
  'invisible content': ['<button id=t>Buy<span style="visibility:hidden"> secretly</span></button>', 'Buy'],
  'content with aria-hidden': ['<button id=t>Buy<span aria-hidden=true> x</span></button>', 'Buy'],
  'an image in content': ['<button id=t><img alt=Cart> 3</button>', 'Cart 3'],
  'an image without alt in content': ['<button id=t><img src="/x.png">Cart</button>', 'Cart'],
  'a label in content': ['<button id=t><span aria-label=Cart>x</span></button>', 'Cart'],
  'a title in content': ['<button id=t><span title=Cart></span></button>', 'Cart'],
  'a title': ['<button id=t title=Cart></button>', 'Cart'],
  'an SVG title': ['<button id=t><svg><title>Cart</title><path/></svg></button>', 'Cart'],
  'an SVG with a role': ['<svg id=t role=button><title>Cart</title></svg>', 'Cart'],
  'an image': ['<img id=t alt=Cart role=button>', 'Cart'],
  'an image without a role': ['<img id=t alt=Cart>', 'Cart'],
  'an image input': ['<input id=t type=image alt=Search>', 'Search'],
  'an image input with a title': ['<input id=t type=image title=Search>', 'Search'],
  'a submit input': ['<input id=t type=submit value="Buy now">', 'Buy now'],
  'a submit input without a value': ['<input id=t type=submit>', 'submit'],
  'an upper-case submit input': ['<input id=t type=SUBMIT value=Buy>', 'Buy'],
  'a label for a field': ['<label for=t>Card</label><input id=t>', 'Card'],
  'a label around a field': ['<label>Card <input id=t></label>', 'Card'],
  'several labels': ['<label for=t>Card</label><label for=t>number</label><input id=t>', 'Card number'],
  'a placeholder after a title': ['<input id=t title=Card placeholder=4242>', 'Card'],
  'a placeholder': ['<input id=t placeholder=Card>', 'Card'],
  'a name at last': ['<input id=t name=card>', 'card'],
  'a test id before a name': ['<input id=t data-testid=card-field name=card>', 'card-field'],
  'a fieldset with a role': ['<fieldset id=t role=group><legend>Payment</legend></fieldset>', 'Payment'],
  'a container is not named by its text': ['<section><div id=t>a long text</div></section>', 'div'],
  'an SVG description is no name': [
    '<button id=t><svg><desc>many words</desc><path/></svg>Cart</button>',
    'Cart',
  ],
  'a radio button': ['<label><input id=t type=radio name=size value=secret> Large</label>', 'Large'],
  'a summary': ['<details><summary id=t>More <i>details</i></summary>no</details>', 'More details'],
  // The flattened tree
  'a slot': [
    '<x-b id=t><template shadowrootmode=open><button><slot></slot></button></template>Buy</x-b>',
    'Buy',
  ],
  'a slot in the middle': [
    '<x-b id=t><template shadowrootmode=open><button>Go <slot></slot>!</button></template><b>now</b></x-b>',
    'Go now!',
  ],
  'a slot with nothing in it': [
    '<x-b id=t><template shadowrootmode=open><button><slot>Buy</slot></button></template></x-b>',
    'Buy',
  ],
  'a named slot': [
    '<x-b id=t><template shadowrootmode=open><button><slot name=label></slot></button></template><i slot=label>Buy</i>not this</x-b>',
    'Buy',
  ],
  'aria-labelledby in a shadow tree': [
    '<i id=l>no</i><x-b id=t><template shadowrootmode=open><i id=l>Pay</i><button aria-labelledby=l>x</button></template></x-b>',
    'Pay',
  ],
  'a shadow tree in content': [
    '<button id=t><x-i><template shadowrootmode=open><span>Buy</span></template>no</x-i></button>',
    'Buy',
  ],
  'a control around a shadow tree': [
    '<button>Buy <x-i id=t><template shadowrootmode=open><span>now</span></template></x-i></button>',
    'Buy now',
  ],
  // data-action-name
  'a name by the application': ['<button id=t data-action-name=Cart>Cart (3)</button>', 'Cart'],
  'a name on a container': ['<li data-action-name="Open order"><p id=t>17</p></li>', 'Open order'],
  'a name on a container of a control': [
    '<li data-action-name="Open order"><button id=t>x</button></li>',
    'Open order',
  ],
  'the nearest name': ['<li data-action-name=no><p data-action-name=Order><b id=t>17</b></p></li>', 'Order'],
  'a name around a shadow tree': [
    '<div data-action-name=Cart><x-b id=t><template shadowrootmode=open><button>x</button></template></x-b></div>',
    'Cart',
  ],
  // What the user typed or chose
  'the value of a field': ['<label>Card <input id=t value=4242></label>', 'Card'],
  'a field in a label': ['<label id=t>Every <input value=3> days</label>', 'Every days'],
  'a list in a button': ['<button id=t>Sort by <select><option>price</select></button>', 'Sort by'],
  'a list': ['<label for=t>Sort</label><select id=t><option>price</select>', 'Sort'],
  'an option': ['<select aria-label=Sort size=2><option id=t>price</select>', 'Sort'],
  'a text area': ['<textarea id=t aria-label=Note>secret</textarea>', 'Note'],
  'a textbox': ['<div role=textbox aria-label=Note><b id=t>secret</b></div>', 'Note'],
  'a searchbox': ['<div id=t role=searchbox tabindex=0>secret</div>', 'div'],
  'a combobox': ['<div id=t role=combobox aria-label=City>secret</div>', 'City'],
  'a role among several, in upper case': [
    '<div id=t role="none TextBox" aria-label=Note>secret</div>',
    'Note',
  ],
  'a list that is a button': ['<button id=t role=combobox title=Sort>price</button>', 'Sort'],
  'a number field': ['<div role=spinbutton aria-label=Count><b id=t>42</b></div>', 'Count'],
  'a password': ['<label>Password <input id=t type=password value=secret></label>', 'Password'],
  'a terminal': [
    '<div class=xterm aria-label=Terminal><div class=xterm-rows><span id=t>secret</span></div></div>',
    'Terminal',
  ],
  'an editor': [
    '<div contenteditable title=Note><a id=t href="#" data-action-name=secret>secret</a></div>',
    'Note',
  ],
  'an editor in a button': ['<button id=t>Save <span contenteditable>secret</span></button>', 'Save'],
  'an editor that aria-labelledby leads to': [
    '<p contenteditable><i id=l>secret</i></p><button id=t aria-labelledby=l>Save</button>',
    'Save',
  ],
  // Properties that a page can hide
  ...Object.fromEntries(
    [
      'id',
      'name',
      'tagName',
      'localName',
      'getAttribute',
      'matches',
      'closest',
      'parentNode',
      'childNodes',
      'children',
      'getRootNode',
      'shadowRoot',
      'assignedSlot',
      'isConnected',
      'ownerDocument',
      'contains',
      'querySelector',
      'submit',
      'action',
      'method',
      'popoverTargetElement',
      'labels',
      'title',
      'dataset',
      'attributes',
    ].map(
      (name) =>
        [
          `a form with a field named ${name}`,
          [`<form id=t name=order><input name=${name}></form>`, 'order'],
        ] as const,
    ),
  ),
  // Lengths
  'a long text': [`<button id=t>${'x'.repeat(50)}</button>`, `${'x'.repeat(39)}…`],
  'a long text with emoji': [`<button id=t>${'x'.repeat(38)}😀😀</button>`, `${'x'.repeat(38)}…`],
  'forty letters': [`<button id=t>${'x'.repeat(40)}</button>`, 'x'.repeat(40)],
}

test('an action is named by the accessible name of the control', async ({ page, visit, serve, server }) => {
  await visit(serve('/', '<meta charset=utf-8><main></main>'))
  const entries = Object.entries(NAMES)
  await page.evaluate(
    async (markups) => {
      let row = 0
      addEventListener('click', () => void fetch(`/api/row/${row}/`))
      const main = document.querySelector('main') as HTMLElement & { setHTMLUnsafe(html: string): void }
      for (const html of markups) {
        main.setHTMLUnsafe(html)
        const element = document.getElementById('t')
        const target = element?.shadowRoot?.querySelector('button, span') ?? element
        target?.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true }))
        row++
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    entries.map(([, [html]]) => html),
  )
  await waitForSpans(server, ({ name }) => name.startsWith('click '), entries.length)
  const names: Record<string, string | undefined> = {}
  for (const [row, [what]] of entries.entries()) {
    const request = await waitForSpan(server, isRequestTo(`/api/row/${row}/`))
    names[what] = server
      .spans()
      .find(({ spanId }) => spanId === request.parentSpanId)
      ?.name.replace('click ', '')
  }
  expect(names).toEqual(Object.fromEntries(entries.map(([what, [, name]]) => [what, name])))
})

for (const name of [
  'id',
  'name',
  'action',
  'method',
  'submit',
  'tagName',
  'getAttribute',
  'matches',
  'closest',
  'contains',
]) {
  test(`a form with a field named ${name} is submitted as an action`, async ({
    page,
    visit,
    serve,
    server,
    noise,
  }) => {
    await visit(
      serve(
        '/',
        `<form aria-label=Order onsubmit="fetch('/api/x'); return false"><input name=${name}><button>Go</button></form>`,
      ),
    )
    await page.evaluate(() => HTMLFormElement.prototype.requestSubmit.call(document.querySelector('form')))
    await waitForSpan(server, ({ name }) => name === 'submit Order')
    expect(noise).toEqual([])
  })
}
