import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Answers, each time it is asked, whether anybody still reads what this process writes to `fd`. Of a pipe the system tells
 * the writer only when it writes, and a platform may have nothing to say for hours; so its reader is looked up in /proc.
 * `true` wherever that is not known: of a file, a terminal, a reader of another user, a system without /proc.
 * @param {number} fd
 * @returns {() => boolean}
 */
export function readerOf(fd) {
  const pipe = linkOf(`/proc/self/fd/${fd}`)
  let reader = pipe?.startsWith('pipe:') ? find(pipe) : undefined
  if (!reader) return () => true
  return () => {
    if (linkOf(reader) !== pipe) reader = find(pipe)
    return reader !== undefined
  }
}

function find(pipe) {
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const fd = namesIn(`/proc/${pid}/fd`).find((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === pipe && isRead(pid, fd))
    if (fd !== undefined) return `/proc/${pid}/fd/${fd}`
  }
  return undefined
}

/** The flags of an open file are octal; their last two bits say how it was opened, 0 for reading. */
function isRead(pid, fd) {
  return attempt(() => /^flags:\s*\d*[04]$/m.test(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))) ?? false
}

const linkOf = (path) => attempt(() => readlinkSync(path))
const namesIn = (dir) => attempt(() => readdirSync(dir)) ?? []

/** `undefined`: the process has ended meanwhile, or is another user's. */
function attempt(read) {
  try {
    return read()
  } catch {
    return undefined
  }
}
