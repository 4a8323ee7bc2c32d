/** Where the panel is found from outside, and why that is not what the variable says. */
export interface ReadPanelUrl {
  /** An origin such as `https://in.example.com`; absent: it is not known. */
  panelUrl?: string
  fault?: string
}

/** Reads `PANEL_URL`. One without sense is none, and a fault. */
export function readPanelUrl(variable = ''): ReadPanelUrl {
  const text = variable.trim()
  if (text === '') return {}
  const url = URL.parse(text)
  const isOrigin =
    url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
  if (!url || !isOrigin)
    return { fault: `PANEL_URL is "${variable}", which is no address such as https://in.example.com.` }
  return { panelUrl: url.origin }
}
