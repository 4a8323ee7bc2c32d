/*! analytics.js __VERSION__, © Segment, MIT licence */
!(function () {
  // What the code below asks instead of any host of Segment's. In the JavaScript of old browsers, like all of it.
  var sluice = (function (writeKey, requested) {
    // Of several snippets on one page each has its own name.
    var own = document.currentScript || document.createElement('script')
    var attribute = 'data-global-segment-analytics-key'
    var tag = own.hasAttribute(attribute) ? own : document.querySelector('script[' + attribute + ']')
    var name = (tag && tag.getAttribute(attribute)) || 'analytics'
    // Where the page loaded it from, which a proxy may keep from us; then what the page says; then what we were asked.
    var loaded = /^(https?:\/\/.+?)\/analytics\.js\/v1\//.exec(own.src)
    var base = loaded ? loaded[1] : (window[name] || {})._cdn || requested
    var parts = /^(https?):\/\/(.*)/.exec(base) || ['', 'https', base]
    return { writeKey: writeKey, name: name, base: base, protocol: parts[1], host: parts[2] }
  })(__WRITE_KEY__, __REQUESTED__)
  __ANALYTICS_JS__
})()
