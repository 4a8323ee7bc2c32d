import { code, type Guide, type Where } from './snippet.ts'

/** Segment's loader 5.2.1 with the host in its place: it queues calls until analytics.js is there. */
const LOADER = `!function(){var i="analytics",analytics=window[i]=window[i]||[];if(!analytics.initialize)if(analytics.invoked)window.console&&console.error&&console.error("Snippet included twice.");else{analytics.invoked=!0;analytics.methods=["trackSubmit","trackClick","trackLink","trackForm","pageview","identify","reset","group","track","ready","alias","debug","page","screen","once","off","on","addSourceMiddleware","addIntegrationMiddleware","setAnonymousId","addDestinationMiddleware","register"];analytics.factory=function(e){return function(){if(window[i].initialized)return window[i][e].apply(window[i],arguments);var n=Array.prototype.slice.call(arguments);if(["track","screen","alias","group","page","identify"].indexOf(e)>-1){var c=document.querySelector("link[rel='canonical']");n.push({__t:"bpc",c:c&&c.getAttribute("href")||void 0,p:location.pathname,u:location.href,s:location.search,t:document.title,r:document.referrer})}n.unshift(e);analytics.push(n);return analytics}};for(var n=0;n<analytics.methods.length;n++){var key=analytics.methods[n];analytics[key]=analytics.factory(key)}analytics.load=function(key,n){var t=document.createElement("script");t.type="text/javascript";t.async=!0;t.setAttribute("data-global-segment-analytics-key",i);t.src="ORIGIN/analytics.js/v1/"+key+"/analytics.min.js";var r=document.getElementsByTagName("script")[0];r.parentNode.insertBefore(t,r);analytics._loadOptions=n};`

export function javascript({ origin, host, writeKey }: Where): Guide {
  const protocol = new URL(origin).protocol.slice(0, -1)
  return {
    steps: [
      {
        title: 'Put this into the head of every page',
        language: 'html',
        code: `<script>
  ${LOADER.replace('ORIGIN', origin)}analytics._writeKey="${writeKey}";analytics._cdn="${origin}";analytics.SNIPPET_VERSION="5.2.1";
  analytics.load("${writeKey}");
  analytics.page();
  }}();
</script>`,
        note: 'It counts a page view at once. It is Segment’s own snippet with another host: if you have one already, only the address changes.',
      },
      {
        title: 'Or install analytics.js from npm',
        language: 'js',
        code: code(`
    // npm install @segment/analytics-next
    import { AnalyticsBrowser } from '@segment/analytics-next'

    const analytics = AnalyticsBrowser.load(
      { writeKey: '${writeKey}', cdnURL: '${origin}' },
      { integrations: { 'Segment.io': { apiHost: '${host}/v1', protocol: '${protocol}' } } },
    )

    analytics.track('Signed Up', { plan: 'pro' })
    `),
      },
    ],
  }
}

export function pixel({ origin, writeKey }: Where): Guide {
  return {
    steps: [
      {
        title: 'Put this image into an e-mail or a page',
        language: 'html',
        code: `<img src="${origin}/v1/pixel/track?writeKey=${writeKey}&userId=user-123&event=Email%20Opened&properties.subject=Welcome" alt="" width="1" height="1">`,
        note: 'Replace user-123 by the id of the person it goes to. The image is always there, even when something is wrong with the event.',
      },
    ],
  }
}
