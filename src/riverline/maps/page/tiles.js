/* riverline: tiles that lie in the page, and tiles of maps that are shifted by GCJ-02. */
var riverlineTiles = window.riverlineTiles || (function () {
  'use strict';
  var FARTHER = 5, A = 6378245, E2 = 0.00669342162296594323, EMPTY = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

  var Local = L.TileLayer.extend({
    getTileUrl: function (coords) {
      return this._told(coords, 0) || EMPTY;
    },
    _told: function (coords, up) {
      return this.options.tiles[this._getZoomForUrl() - up + '/' + (coords.x >> up) + '/' + (coords.y >> up)];
    },
    // Where a level ends, the part of a farther tile that lies there is drawn in its place.
    createTile: function (coords, done) {
      for (var up = 0; up <= FARTHER && !this._told(coords, up);) { up++; }
      if (up === 0 || up > FARTHER) { return L.TileLayer.prototype.createTile.call(this, coords, done); }
      var tile = L.DomUtil.create('div'), image = L.DomUtil.create('img', '', tile), size = this.getTileSize(), times = 1 << up;
      tile.complete = true;
      tile.style.overflow = 'hidden';
      image.alt = '';
      image.src = this._told(coords, up);
      L.extend(image.style, {
        position: 'absolute', width: size.x * times + 'px', height: size.y * times + 'px',
        left: -(coords.x % times) * size.x + 'px', top: -(coords.y % times) * size.y + 'px'
      });
      L.Util.requestAnimFrame(function () { done(null, tile); });
      return tile;
    }
  });

  function local(data, options) {
    options.tiles = JSON.parse(document.getElementById(data).textContent);
    return new Local('', options);
  }

  function waves(value, terms) {
    return terms.reduce(function (sum, term) { return sum + term[0] * Math.sin(term[1] * Math.PI * value); }, 0) * 2 / 3;
  }

  function inside(rings, lon, lat) {
    var odd = false;
    rings.forEach(function (ring) {
      for (var i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        if (ring[i][1] > lat !== ring[j][1] > lat &&
            lon < (ring[j][0] - ring[i][0]) * (lat - ring[i][1]) / (ring[j][1] - ring[i][1]) + ring[i][0]) { odd = !odd; }
      }
    });
    return odd;
  }

  // The published approximation of the shift; unchanged outside the rings.
  function gcj02(rings, lon, lat) {
    if (!inside(rings, lon, lat)) { return [lon, lat]; }
    var x = lon - 105, y = lat - 35, root = Math.sqrt(Math.abs(x)), ripple = waves(x, [[20, 6], [20, 2]]);
    var north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple +
      waves(y, [[20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30]]);
    var east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple +
      waves(x, [[20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30]]);
    var phi = lat * Math.PI / 180, w2 = 1 - E2 * Math.sin(phi) * Math.sin(phi), degree = 180 / Math.PI;
    return [lon + degree * east / (A / Math.sqrt(w2) * Math.cos(phi)),
      lat + degree * north / (A * (1 - E2) / (w2 * Math.sqrt(w2)))];
  }

  // What lies in the middle of the window is where it should be; 10 km from there it is off by a few metres.
  var Shifted = L.TileLayer.extend({
    _there: function (center) {
      var place = gcj02(this.options.rings, center.lng, center.lat);
      return L.latLng(place[1], place[0]);
    },
    _getTiledPixelBounds: function (center) { return L.TileLayer.prototype._getTiledPixelBounds.call(this, this._there(center)); },
    _setZoomTransform: function (level, center, zoom) {
      L.TileLayer.prototype._setZoomTransform.call(this, level, this._there(center), zoom);
    }
  });

  function shifted(url, options) { return new Shifted(url, options); }

  return { gcj02: gcj02, local: local, shifted: shifted };
})();
