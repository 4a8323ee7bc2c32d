/** Drawn on a grid of 16, in lines of the text's own colour. */
const PATHS = {
  home: 'M2 7.5 8 2.5l6 5M3.5 6.5V13.5h9V6.5',
  source: 'M2 4h5l2.5 4L7 12H2M9.5 8H14',
  destination: 'M14 4H9L6.5 8 9 12h5M6.5 8H2',
  catalogue: 'M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z',
  key: 'M10.5 9a3.5 3.5 0 1 0-3.3-2.3L2.5 11.4v2.1h2.3l.3-1.6 1.6-.3.2-1.6 1-1A3.5 3.5 0 0 0 10.5 9M11.2 4.8h.01',
  audit: 'M3.5 2.5h9v11h-9zM6 5.5h4M6 8h4M6 10.5h2',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  warn: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.5v.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.5V11M8 5v.01',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.5 10.5l3 3',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  send: 'M14 2 2 7l5 2 2 5zM7 9l7-7',
} as const

/** One of ours by name, or the path of another, drawn in the same way. */
export type IconName = keyof typeof PATHS | { path: string }

/** A picture beside words, never instead of them: it is hidden from those who listen. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={typeof name === 'string' ? PATHS[name] : name.path} />
    </svg>
  )
}
