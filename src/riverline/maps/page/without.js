/* riverline: what a map lacks because it was saved to open without a network, said on it. */
var riverlineWithout = (function () {
  'use strict';
  function tell(texts) {
    var told = false;
    L.Map.addInitHook(function () {
      var map = this, control = L.control({ position: 'bottomleft' });
      // One map of several, such as those side by side, says it for all.
      if (told) { return; }
      told = true;
      control.onAdd = function () {
        var box = L.DomUtil.create('div', 'riverline-without leaflet-control'), text = L.DomUtil.create('span', '', box), close = L.DomUtil.create('button', '', box);
        var chosen = texts[/^zh/.test(document.documentElement.lang || navigator.language) ? 'zh' : 'en'];
        box.setAttribute('role', 'status');
        text.textContent = chosen.told;
        close.type = 'button';
        close.textContent = '\u00d7';
        close.setAttribute('aria-label', chosen.close);
        L.DomEvent.disableClickPropagation(box);
        close.addEventListener('click', function () { control.remove(); });
        return box;
      };
      // The page says its language when it is complete.
      document.addEventListener('DOMContentLoaded', function () { control.addTo(map); });
    });
  }
  return { tell: tell };
})();
