// What the panel does in the browser beside htmx: copying, and rows that are added to lists and taken away.
// Every page works without it.
'use strict'

const COPIED_MS = 1600

function showWhatNeedsScripts(root) {
  for (const button of root.querySelectorAll('[data-copy][hidden]')) button.hidden = false
}

async function copy(button) {
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
function addRow(list) {
  const rows = list.querySelectorAll('[data-row]')
  const last = rows[rows.length - 1]
  if (!last) return
  const row = last.cloneNode(true)
  for (const input of row.querySelectorAll('input')) {
    input.value = ''
    input.removeAttribute('aria-invalid')
    input.removeAttribute('placeholder')
  }
  for (const hidden of row.querySelectorAll('[data-kept]')) hidden.remove()
  last.after(row)
  row.querySelector('input')?.focus()
}

function removeRow(row) {
  const list = row.closest('[data-rows]')
  const rows = [...list.querySelectorAll('[data-row]')]
  if (rows.length === 1) {
    for (const input of row.querySelectorAll('input')) input.value = ''
    return
  }
  const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1]
  row.remove()
  next?.querySelector('input')?.focus()
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button')
  if (!button) return
  if (button.matches('[data-copy]')) void copy(button)
  if (button.matches('[data-add-row]')) {
    event.preventDefault()
    addRow(button.closest('[data-rows]'))
  }
  if (button.matches('[data-remove-row]')) {
    event.preventDefault()
    removeRow(button.closest('[data-row]'))
  }
})

document.addEventListener('htmx:load', (event) => showWhatNeedsScripts(event.target))
showWhatNeedsScripts(document)
