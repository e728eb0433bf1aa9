/* riverline: many features on one canvas, drawn from plain numbers. Text reaches the page by textContent only. */
var riverlinePacked = window.riverlinePacked || (function () {
  'use strict';
  var WORLD = Math.pow(2, 29), small = riverlinePainted.small, there = riverlinePainted.there;

  // Numbers of seven bits a byte → typed arrays: where parts and vertices of each feature begin, places, bounds, texts.
  function unpack(spec) {
    var pieces = document.getElementById(spec.data).textContent.trim().split(' '), raw = atob(pieces[0]), at = 0;
    function next() {
      var value = 0, factor = 1, byte;
      do { byte = raw.charCodeAt(at++); value += (byte & 127) * factor; factor *= 128; } while (byte > 127);
      return value;
    }
    function starts(count) {
      var found = new Int32Array(count + 1);
      for (var i = 0; i < count; i++) { found[i + 1] = found[i] + next(); }
      return found;
    }
    var parts = starts(spec.count), vertices = starts(spec.parts), xy = new Int32Array(2 * spec.vertices);
    for (var i = 0, x = 0, y = 0; i < xy.length; i += 2) {
      var a = next(), b = next();
      xy[i] = x += a % 2 ? -(a + 1) / 2 : a / 2;
      xy[i + 1] = y += b % 2 ? -(b + 1) / 2 : b / 2;
    }
    var box = new Int32Array(4 * spec.count);
    for (var f = 0; f < spec.count; f++) {
      var west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (var v = 2 * vertices[parts[f]]; v < 2 * vertices[parts[f + 1]]; v += 2) {
        if (xy[v] < west) { west = xy[v]; }
        if (xy[v] > east) { east = xy[v]; }
        if (xy[v + 1] < north) { north = xy[v + 1]; }
        if (xy[v + 1] > south) { south = xy[v + 1]; }
      }
      box[4 * f] = west; box[4 * f + 1] = north; box[4 * f + 2] = east; box[4 * f + 3] = south;
    }
    var texts = spec.fields.map(function () {
      var column = new Int32Array(spec.count);
      for (var t = 0; t < spec.count; t++) { column[t] = next(); }
      return column;
    });
    var marks = {};
    spec.marks.forEach(function (name) {
      marks[name] = new Int32Array(spec.count);
      for (var t = 0; t < spec.count; t++) { marks[name][t] = next(); }
    });
    var tiles = pieces.length > 1 ? riverlineTiled.open(pieces.slice(1)) : null;
    return { parts: parts, vertices: vertices, xy: xy, box: box, texts: texts, marks: marks, tiles: tiles };
  }

  // One canvas under Leaflet's own for all of them, and one for each side of a bar; Leaflet moves and scales it while the map moves.
  var Canvas = L.Renderer.extend({
    options: { pane: 'riverlinePacked', padding: 0.2 },
    _initContainer: function () {
      this._container = document.createElement('canvas');
      this._ctx = this._container.getContext('2d');
      this.drawn = [];
      this.share = 1;
    },
    _destroyContainer: function () { this._container.remove(); delete this._ctx; delete this._container; },
    _update: function () {
      if (this._map._animatingZoom && this._bounds) { return; }
      L.Renderer.prototype._update.call(this);
      // A change of zoom asks twice: once a frame is enough.
      if (this.waiting) { return; }
      this.waiting = true;
      L.Util.requestAnimFrame(function () {
        this.waiting = false;
        if (this._ctx && this._bounds) { this.draw(); }
      }, this);
    },
    draw: function () {
      var bounds = this._bounds, size = bounds.getSize(), canvas = this._container, ratio = L.Browser.retina ? 2 : 1;
      L.DomUtil.setPosition(canvas, bounds.min);
      canvas.width = ratio * size.x;
      canvas.height = ratio * size.y;
      canvas.style.width = size.x + 'px';
      canvas.style.height = size.y + 'px';
      this._ctx.setTransform(ratio, 0, 0, ratio, -ratio * bounds.min.x, -ratio * bounds.min.y);
      this.share = riverlinePainted.draw(this._ctx, this._map, this.drawn, bounds, size);
    }
  });

  // Which feature is at a place and how far off: the nearest point, else the one drawn last; null if none is within a few pixels.
  function hit(layer, x, y, room, zoom) {
    var data = layer.data, box = data.box, scale = 256 * Math.pow(2, zoom) / WORLD, best = null, point = layer.spec.kind === 'point';
    var tiles = data.tiles ? data.tiles.over(zoom, x - room, y - room, x + room, y + room) : [];
    function on(from, f) { return (layer.spec.kind === 'area' && inside(from, f, x, y)) || along(from, f, x, y, room); }
    for (var f = layer.spec.count - 1, b = 4 * f; f >= 0; f--, b -= 4) {
      if (x < box[b] - room || x > box[b + 2] + room || y < box[b + 1] - room || y > box[b + 3] + room) { continue; }
      if (!there(layer, f)) { continue; }
      if (point) {
        var away = Math.hypot(x - (box[b] + box[b + 2]) / 2, y - (box[b + 1] + box[b + 3]) / 2);
        if (!best || away < best.away) { best = { feature: f, away: away }; }
        continue;
      }
      if ((!data.tiles && on(data, f)) || (data.tiles && small(box, b, scale))) { return { feature: f, away: 0 }; }
      for (var t = 0; t < tiles.length; t++) {
        var i = tiles[t].data.numbers.indexOf(f);
        if (i >= 0 && on(tiles[t].data, i)) { return { feature: f, away: 0 }; }
      }
    }
    return best;
  }

  function inside(data, f, x, y) {
    var odd = false, xy = data.xy;
    for (var p = data.parts[f]; p < data.parts[f + 1]; p++) {
      for (var v = 2 * data.vertices[p]; v < 2 * data.vertices[p + 1] - 2; v += 2) {
        if (xy[v + 1] > y !== xy[v + 3] > y &&
            x < (xy[v + 2] - xy[v]) * (y - xy[v + 1]) / (xy[v + 3] - xy[v + 1]) + xy[v]) { odd = !odd; }
      }
    }
    return odd;
  }

  function along(data, f, x, y, room) {
    var xy = data.xy;
    for (var p = data.parts[f]; p < data.parts[f + 1]; p++) {
      for (var v = 2 * data.vertices[p]; v < 2 * data.vertices[p + 1] - 2; v += 2) {
        var dx = xy[v + 2] - xy[v], dy = xy[v + 3] - xy[v + 1], length = dx * dx + dy * dy;
        var t = length ? Math.max(0, Math.min(1, ((x - xy[v]) * dx + (y - xy[v + 1]) * dy) / length)) : 0;
        if (Math.hypot(x - xy[v] - t * dx, y - xy[v + 1] - t * dy) <= room) { return true; }
      }
    }
    return false;
  }

  function degrees(x, y) { return L.CRS.EPSG3857.pointToLatLng(L.point(x * 256 / WORLD, y * 256 / WORLD), 0); }

  var known = {};

  function canvasOf(map, side) {
    var mine = known[L.stamp(map)] = known[L.stamp(map)] || follow(map), pane = side + 'Packed';
    if (mine.canvases[pane]) { return mine.canvases[pane]; }
    if (!map.getPane(pane)) { map.createPane(pane).style.zIndex = 390; }
    map.getPane(pane).style.pointerEvents = 'none';
    var canvas = mine.canvases[pane] = new Canvas({ pane: pane });
    canvas.side = side;
    map.addLayer(canvas);
    return canvas;
  }

  // Whether the bar between two sides leaves this one to be seen at a place of the window.
  function seen(map, side, x) {
    var border = map.riverlineBorder;
    return side === 'riverline' || border === undefined || (side === 'riverlineBefore') === (x < border);
  }

  // Clicks and the pointer, for all canvases of a map.
  function follow(map) {
    var mine = { canvases: {} }, tip = null, frame = 0;
    function find(latlng) {
      var place = map.project(latlng, 0), x = place.x * WORLD / 256, y = place.y * WORLD / 256;
      var pixel = WORLD / 256 / Math.pow(2, map.getZoom()), across = map.latLngToContainerPoint(latlng).x;
      var drawn = [].concat.apply([], Object.keys(mine.canvases).map(function (pane) {
        var canvas = mine.canvases[pane];
        return seen(map, canvas.side, across) ? canvas.drawn : [];
      }));
      for (var i = drawn.length - 1, best = null; i >= 0; i--) {
        var layer = drawn[i], spec = layer.spec;
        if (best && best.layer.spec.order !== spec.order) { break; }
        var room = (spec.kind === 'point' ? layer.canvas.share * spec.style.radius + 2 : spec.style.weight / 2 + 4) * pixel;
        var found = layer.source ? null : hit(layer, x, y, room, map.getZoom());
        if (found && (!best || found.away < best.away)) { best = { layer: layer, feature: found.feature, away: found.away }; }
      }
      return best;
    }
    map.on('click', function (event) {
      var found = find(event.latlng);
      if (found) { found.layer.open(found.feature, event.latlng); }
    });
    map.on('mousemove', function (event) {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(function () {
        var found = find(event.latlng);
        map.getContainer().style.cursor = found ? 'pointer' : '';
        if (tip && !found) { map.closeTooltip(tip); tip = null; }
        if (!found) { return; }
        tip = tip || L.tooltip({ sticky: true, direction: 'right', offset: [14, 0] });
        tip.setLatLng(event.latlng)
          .setContent(riverline.tip(found.layer.spec, found.layer.textsOf(found.feature)));
        if (!map.hasLayer(tip)) { map.openTooltip(tip); }
      });
    });
    map.on('mouseout', function () { if (tip) { map.closeTooltip(tip); tip = null; } });
    // Paper does not wait for the next frame.
    map.on('riverlineprint', function () {
      Object.keys(mine.canvases).forEach(function (pane) { if (mine.canvases[pane]._ctx) { mine.canvases[pane].draw(); } });
    });
    return mine;
  }

  // What is drawn on the canvas of its side.
  var Drawn = L.Layer.extend({
    onAdd: function (map) {
      this.read();
      this.corners = riverline.outline(this.spec.style.shape, this.spec.style.radius);
      this.canvas = canvasOf(map, this.spec.pane || 'riverline');
      this.canvas.drawn.push(this);
      this.later(map);
    },
    onRemove: function (map) {
      this.canvas.drawn.splice(this.canvas.drawn.indexOf(this), 1);
      this.later(map);
    },
    // Layers come and go together: one drawing for all.
    later: function (map) {
      var canvas = this.canvas;
      if (canvas.waiting) { return; }
      canvas.waiting = true;
      map.whenReady(function () {
        requestAnimationFrame(function () { canvas.waiting = false; if (canvas._ctx && canvas._bounds) { canvas.draw(); } });
      });
    }
  });

  // A band around the features of a layer that have a value, under them; the pointer goes through it.
  var Band = Drawn.extend({
    initialize: function (source, value, style, order) {
      this.source = source;
      this.value = value;
      this.spec = { count: source.spec.count, kind: source.spec.kind === 'point' ? 'point' : 'line', order: order, pane: source.spec.pane, style: style };
    },
    read: function () { return this.data = this.source.read(); },
    setStyle: function (style) {
      if (this.spec.kind === 'point') { return; }
      L.extend(this.spec.style, style);
      if (this._map) { this.later(this._map); }
    },
    getBounds: function () { return L.latLngBounds([]); }
  });

  var Layer = Drawn.extend({
    initialize: function (spec) { this.spec = spec; },
    read: function () { return this.data = this.data || unpack(this.spec); },
    band: function (value, style, order) { return new Band(this, value, L.extend({}, style), order); },
    textsOf: function (feature) {
      return this.data.texts.map(function (column) { return this.spec.texts[column[feature]]; }, this);
    },
    // Only what is there at a step, and of a choice; how many that is.
    choose: function (at, choice) {
      this.read();
      this.state = { at: at, choice: choice };
      for (var f = 0, count = 0; f < this.spec.count; f++) { count += there(this, f); }
      if (this.canvas) { this.later(this._map || this.canvas._map); }
      return count;
    },
    spanOf: function (feature) {
      var marks = this.read().marks;
      return marks.s0 ? [marks.s0[feature], marks.s1[feature]] : undefined;
    },
    choiceOf: function (feature) { var marks = this.read().marks; return marks.c ? marks.c[feature] : undefined; },
    boundsOf: function (feature) {
      var box = this.read().box, b = 4 * feature;
      return L.latLngBounds([degrees(box[b], box[b + 1]), degrees(box[b + 2], box[b + 3])]);
    },
    // The popup of a feature; at its middle vertex unless a place is given.
    open: function (feature, latlng) {
      var data = this.read(), spec = this.spec, content = riverline.table(spec, this.textsOf(feature));
      var from = data.vertices[data.parts[feature]], to = data.vertices[data.parts[feature] + 1], middle = 2 * ((from + to) >> 1);
      var number = data.marks.f ? data.marks.f[feature] : 0, wide = false;
      if (number) {
        var box = document.createElement('div'), figure = spec.figures[number - 1];
        riverlineFigures.draw(figure, box);
        box.appendChild(content);
        content = box;
        wide = Boolean(figure.picture || figure.photos);
      }
      L.popup({ maxWidth: wide ? 620 : 380 })
        .setLatLng(latlng || degrees(data.xy[middle], data.xy[middle + 1])).setContent(content).openOn(this._map);
    },
    getBounds: function () {
      var box = this.data ? this.data.box : [], bounds = L.latLngBounds([]);
      for (var b = 0; b < box.length; b += 4) {
        bounds.extend(degrees(box[b], box[b + 1])).extend(degrees(box[b + 2], box[b + 3]));
      }
      return bounds;
    }
  });

  return { layer: function (spec) { return new Layer(spec); } };
})();
