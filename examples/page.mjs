// A website that sends events with Segment's snippet: page.html, with your write key and your host in it.
// For Node 18 or newer, without dependencies. WRITE_KEY=… node examples/page.mjs
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const { WRITE_KEY, SLUICE = 'http://127.0.0.1:8787', HOST = '127.0.0.1', PORT = '8082' } = process.env
if (!WRITE_KEY) throw new Error("Set WRITE_KEY to your source's write key.")
const page = (await readFile(new URL('page.html', import.meta.url), 'utf8'))
  .replaceAll('WRITE_KEY', WRITE_KEY)
  .replaceAll('SLUICE', SLUICE)

const server = createServer((request, response) => {
  if (request.url?.split('?')[0] !== '/') return response.writeHead(404).end()
  return response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page)
})
server.listen(Number(PORT), HOST, () => console.log(`listening on http://${HOST}:${server.address().port}`))
