// Evaluated in a page: texts that lie over each other, by the boxes of their letters as far as these are not scrolled or
// cut away. A quarter of each line's height is left out above and below, since the boxes of two lines may touch.
;(() => {
  const visible = (element) =>
    element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !element.closest('.unseen')

  function cutBy(element, box) {
    if (!element) return box
    const { overflowX, overflowY } = getComputedStyle(element)
    const frame = element.getBoundingClientRect()
    const [x, y] = [overflowX !== 'visible', overflowY !== 'visible']
    return cutBy(element.parentElement, {
      ...box,
      left: x ? Math.max(box.left, frame.left) : box.left,
      right: x ? Math.min(box.right, frame.right) : box.right,
      top: y ? Math.max(box.top, frame.top) : box.top,
      bottom: y ? Math.min(box.bottom, frame.bottom) : box.bottom,
    })
  }

  const boxes = []
  const walker = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement
    const text = node.textContent.trim()
    if (text === '' || !visible(parent)) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const inset = (bottom - top) / 4
      const box = cutBy(parent, { text, of: node, left, right, top: top + inset, bottom: bottom - inset })
      if (box.right - box.left > 1 && box.bottom - box.top > 1) boxes.push(box)
    }
  }
  boxes.sort((a, b) => a.top - b.top)
  const found = []
  for (const [index, a] of boxes.entries()) {
    for (let next = index + 1; next < boxes.length && boxes[next].top < a.bottom - 1; next++) {
      const b = boxes[next]
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
      const high = Math.min(a.bottom, b.bottom) - b.top
      if (a.of !== b.of && wide > 1 && high > 1) {
        found.push(`“${a.text.slice(0, 60)}” and “${b.text.slice(0, 60)}” lie over each other`)
      }
    }
  }
  return found.slice(0, 5)
})()
