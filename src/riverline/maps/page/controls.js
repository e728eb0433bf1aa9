/* riverline: full screen, measuring and the place of the pointer, under the names by which folium asks plugins for them. */
(function () {
  'use strict';
  var words = riverlineControlWords, WORDS = /^zh/.test(document.documentElement.lang || navigator.language) ? words.zh : words.en;

  function bar() {
    var box = L.DomUtil.create('div', 'leaflet-bar leaflet-control riverline-tools');
    L.DomEvent.disableClickPropagation(box);
    return box;
  }

  L.Control.FullScreen = L.Control.FullScreen || L.Control.extend({
    options: { position: 'topleft', title: WORDS.full },
    onAdd: function (map) {
      var box = bar();
      if (document.fullscreenEnabled) { riverlineTools.fullScreen(map, box, this.options.title); } else { box.hidden = true; }
      return box;
    }
  });
  L.control.fullscreen = L.control.fullscreen || function (options) { return new L.Control.FullScreen(options); };

  // Metres, hectares and, in Chinese, mu: whatever units were asked for, these are what lengths and areas are told in.
  L.Control.Measure = L.Control.Measure || L.Control.extend({
    options: { position: 'topright' },
    onAdd: function (map) {
      var box = bar();
      riverlineTools.measure(map, box, WORDS);
      return box;
    }
  });

  L.Control.MousePosition = L.Control.MousePosition || L.Control.extend({
    options: { position: 'bottomright', separator: ' : ', emptyString: '', lngFirst: false, numDigits: 5, prefix: '' },
    onAdd: function (map) {
      var box = this._box = L.DomUtil.create('div', 'riverline-place leaflet-control');
      box.textContent = this.options.emptyString;
      map.on('mousemove', this._tell, this);
      return box;
    },
    onRemove: function (map) { map.off('mousemove', this._tell, this); },
    _tell: function (event) {
      var options = this.options, lat = event.latlng.lat, lng = L.Util.wrapNum(event.latlng.lng, [-180, 180], true);
      function told(value, formatter) { return formatter ? formatter(value) : String(L.Util.formatNum(value, options.numDigits)); }
      var pair = [told(lat, options.latFormatter), told(lng, options.lngFormatter)];
      this._box.textContent = (options.prefix ? options.prefix + ' ' : '') + (options.lngFirst ? pair.reverse() : pair).join(options.separator);
    }
  });
})();
