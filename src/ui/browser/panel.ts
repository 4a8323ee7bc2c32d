// What the panel does in the browser beside htmx: copying, and rows that are added to lists and taken away.
// Every page works without it.

const COPIED_MS = 1_600

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null
  if (!button) return
  if (button.matches('[data-copy]')) void copy(button)
  const list = button.closest('[data-rows]')
  if (list && button.matches('[data-add-row]')) {
    event.preventDefault()
    addRow(list)
  }
  const row = button.closest('[data-row]')
  if (list && row && button.matches('[data-remove-row]')) {
    event.preventDefault()
    removeRow(list, row)
  }
})

// What a page asks by itself, it asks while somebody looks.
document.addEventListener('htmx:beforeRequest', (event) => {
  const asks = event.target instanceof Element && event.target.getAttribute('hx-trigger')?.startsWith('every ')
  if (asks && document.hidden) event.preventDefault()
})

document.addEventListener('htmx:load', ({ target }) => {
  if (target instanceof Element) showWhatNeedsScripts(target)
})
showWhatNeedsScripts(document)

function showWhatNeedsScripts(root: Pick<ParentNode, 'querySelectorAll'>): void {
  for (const button of root.querySelectorAll<HTMLElement>('[data-copy][hidden]')) button.hidden = false
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const code = button.closest('figure')?.querySelector('code')
  await navigator.clipboard.writeText(button.dataset.copyValue ?? code?.textContent ?? '')
  button.classList.add('copied')
  const words = button.querySelector('[data-copy-words]')
  if (words) words.textContent = 'Copied'
  setTimeout(() => {
    button.classList.remove('copied')
    if (words) words.textContent = 'Copy'
  }, COPIED_MS)
}

/** One row more: a copy of the last one, emptied. */
function addRow(list: Element): void {
  const last = [...list.querySelectorAll('[data-row]')].at(-1)
  if (!last) return
  const row = last.cloneNode(true) as HTMLElement
  for (const input of row.querySelectorAll('input')) {
    input.value = ''
    input.removeAttribute('aria-invalid')
    input.removeAttribute('placeholder')
  }
  for (const hidden of row.querySelectorAll('[data-kept]')) hidden.remove()
  last.parentElement?.insertBefore(row, last.nextSibling)
  row.querySelector('input')?.focus()
}

/** The last one stays, emptied. */
function removeRow(list: Element, row: Element): void {
  const rows = [...list.querySelectorAll('[data-row]')]
  if (rows.length === 1) {
    for (const input of row.querySelectorAll('input')) input.value = ''
    return
  }
  const at = rows.indexOf(row)
  const next = rows[at + 1] ?? rows[at - 1]
  row.remove()
  next?.querySelector('input')?.focus()
}
