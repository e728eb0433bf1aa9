/* riverline: many features on one canvas, drawn from plain numbers. Text reaches the page by textContent only. */
var riverlinePacked = window.riverlinePacked || (function () {
  'use strict';
  var WORLD = Math.pow(2, 29), BATCH = 250, DOT_PX = 1.5, SMALL_PX = 4, STEP_PX = 0.7, TINY = 16;

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

  // Whether a feature is a few pixels small, or so small that it is drawn as its box at any scale.
  function small(box, b, scale) {
    var broad = box[b + 2] - box[b], high = box[b + 3] - box[b + 1];
    return broad * scale < SMALL_PX && high * scale < SMALL_PX || broad < TINY && high < TINY;
  }

  // What is there at the chosen month and of the chosen value; all where there is nothing to choose.
  function there(layer, f) {
    var marks = layer.data.marks, state = layer.state;
    if (!state) { return true; }
    if (marks.s0 && (state.at < marks.s0[f] || state.at > marks.s1[f])) { return false; }
    return !state.choice || !marks.c || state.choice.indexOf(marks.c[f]) >= 0;
  }

  // One canvas under Leaflet's own for all of them, and one for each side of a bar; Leaflet moves and scales it while the map moves.
  var Canvas = L.Renderer.extend({
    options: { pane: 'riverlinePacked', padding: 0.2 },
    _initContainer: function () {
      this._container = document.createElement('canvas');
      this._ctx = this._container.getContext('2d');
      this.drawn = [];
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
      var zoom = this._map.getZoom(), origin = this._map.getPixelOrigin();
      this.drawn.sort(function (a, b) { return a.spec.order - b.spec.order; });
      this.drawn.forEach(function (layer) { paint(this._ctx, layer, bounds, size, zoom, origin); }, this);
    }
  });

  function paint(ctx, layer, bounds, size, zoom, origin) {
    var data = layer.data, style = layer.spec.style, box = data.box, wide = Math.ceil(size.x) + 1, scale = 256 * Math.pow(2, zoom) / WORLD;
    var taken = new Uint8Array(wide * (Math.ceil(size.y) + 1)), batch = 0, area = layer.spec.kind === 'area';
    var west = (bounds.min.x + origin.x) / scale, north = (bounds.min.y + origin.y) / scale;
    var east = (bounds.max.x + origin.x) / scale, south = (bounds.max.y + origin.y) / scale;
    ctx.lineJoin = 'round';
    ctx.setLineDash(style.dashArray ? style.dashArray.split(' ').map(Number) : []);
    function flush() {
      if (!batch) { return; }
      if (area || layer.spec.kind === 'point') {
        ctx.globalAlpha = style.fillOpacity;
        ctx.fillStyle = style.fillColor || style.color;
        if (style.fillColor) { ctx.fill(); }
      }
      ctx.globalAlpha = style.opacity;
      ctx.strokeStyle = style.color;
      ctx.lineWidth = style.weight;
      ctx.stroke();
      batch = 0;
    }
    function shape(from, f) {
      if (!batch) { ctx.beginPath(); }
      trace(ctx, from, f, scale, origin, area);
      if (++batch === BATCH) { flush(); }
    }
    ctx.beginPath();
    for (var f = 0, b = 0; f < layer.spec.count; f++, b += 4) {
      if (box[b] > east || box[b + 2] < west || box[b + 1] > south || box[b + 3] < north || !there(layer, f)) { continue; }
      var high = (box[b + 3] - box[b + 1]) * scale, broad = (box[b + 2] - box[b]) * scale;
      if (layer.spec.kind === 'point' || (data.tiles ? small(box, b, scale) : high < SMALL_PX && broad < SMALL_PX)) {
        dot(ctx, layer, box[b] * scale - origin.x, box[b + 1] * scale - origin.y, bounds, taken, wide, broad, high);
      } else if (!data.tiles) { shape(data, f); }
    }
    flush();
    // Each tile to its own edges, which are whole pixels: what goes on in the next is drawn once.
    (data.tiles ? data.tiles.over(zoom, west, north, east, south) : []).forEach(function (tile) {
      var left = Math.round(tile.west * scale - origin.x), top = Math.round(tile.north * scale - origin.y);
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, top, Math.round(tile.east * scale - origin.x) - left, Math.round(tile.south * scale - origin.y) - top);
      ctx.clip();
      tile.data.numbers.forEach(function (f, i) {
        if (!small(box, 4 * f, scale) && there(layer, f)) { shape(tile.data, i); }
      });
      flush();
      ctx.restore();
    });
    ctx.globalAlpha = 1;
  }

  // What is a few pixels small is a box, once for each pixel; points have their size.
  function dot(ctx, layer, x, y, bounds, taken, wide, broad, high) {
    var style = layer.spec.style, point = layer.spec.kind === 'point';
    var cell = Math.round(y - bounds.min.y) * wide + Math.round(x - bounds.min.x);
    if (taken[cell]) { return; }
    taken[cell] = 1;
    if (point) {
      ctx.beginPath();
      if (layer.corners) {
        layer.corners.forEach(function (corner, i) { ctx[i ? 'lineTo' : 'moveTo'](x + corner[0], y + corner[1]); });
        ctx.closePath();
      } else { ctx.arc(x, y, style.radius, 0, 2 * Math.PI); }
      ctx.globalAlpha = style.fillOpacity;
      ctx.fillStyle = style.fillColor || style.color;
      ctx.fill();
      ctx.globalAlpha = style.opacity;
      ctx.strokeStyle = style.color;
      ctx.lineWidth = style.weight;
      ctx.stroke();
    } else {
      ctx.globalAlpha = style.opacity;
      ctx.fillStyle = style.color;
      ctx.fillRect(x, y, Math.max(broad, DOT_PX), Math.max(high, DOT_PX));
    }
  }

  // Vertices nearer than a part of a pixel to the last are left out.
  function trace(ctx, data, f, scale, origin, area) {
    var xy = data.xy;
    for (var p = data.parts[f]; p < data.parts[f + 1]; p++) {
      var from = 2 * data.vertices[p], to = 2 * data.vertices[p + 1], px = 0, py = 0;
      for (var v = from; v < to; v += 2) {
        var x = xy[v] * scale - origin.x, y = xy[v + 1] * scale - origin.y;
        if (v === from) { ctx.moveTo(x, y); }
        else if (v + 2 === to || Math.abs(x - px) + Math.abs(y - py) > STEP_PX) { ctx.lineTo(x, y); }
        else { continue; }
        px = x;
        py = y;
      }
      if (area) { ctx.closePath(); }
    }
  }

  // Which feature is at a place, the one drawn last; null if none is within a few pixels.
  function hit(layer, x, y, room, zoom) {
    var data = layer.data, box = data.box, scale = 256 * Math.pow(2, zoom) / WORLD;
    var tiles = data.tiles ? data.tiles.over(zoom, x - room, y - room, x + room, y + room) : [];
    function on(from, f) { return (layer.spec.kind === 'area' && inside(from, f, x, y)) || along(from, f, x, y, room); }
    for (var f = layer.spec.count - 1, b = 4 * f; f >= 0; f--, b -= 4) {
      if (x < box[b] - room || x > box[b + 2] + room || y < box[b + 1] - room || y > box[b + 3] + room) { continue; }
      if (!there(layer, f)) { continue; }
      if (layer.spec.kind === 'point' || (!data.tiles && on(data, f)) || (data.tiles && small(box, b, scale))) { return f; }
      for (var t = 0; t < tiles.length; t++) {
        var i = tiles[t].data.numbers.indexOf(f);
        if (i >= 0 && on(tiles[t].data, i)) { return f; }
      }
    }
    return null;
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
      for (var i = drawn.length - 1; i >= 0; i--) {
        var layer = drawn[i], spec = layer.spec;
        var room = (spec.kind === 'point' ? spec.style.radius + 2 : spec.style.weight / 2 + 4) * pixel;
        var feature = hit(layer, x, y, room, map.getZoom());
        if (feature !== null) { return { layer: layer, feature: feature }; }
      }
      return null;
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

  var Layer = L.Layer.extend({
    initialize: function (spec) { this.spec = spec; },
    read: function () { return this.data = this.data || unpack(this.spec); },
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
    },
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
