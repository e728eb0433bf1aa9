/* riverline: many features on one canvas, drawn from plain numbers. Text reaches the page by textContent only. */
var riverlinePacked = window.riverlinePacked || (function () {
  'use strict';
  var WORLD = Math.pow(2, 29), BATCH = 250, DOT_PX = 1.5, SMALL_PX = 4, STEP_PX = 0.7, TINY = 16;
  var ROUNDS = 16, CELL = 16, LEAST = 0.3, LEAST_PX = 1.5;

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

  // What is there at the chosen month and of the chosen value; all where there is nothing to choose. A band is around one value.
  function there(layer, f) {
    var marks = layer.data.marks, state = (layer.source || layer).state;
    if (layer.source && (!marks.h || marks.h[f] !== layer.value + 1)) { return false; }
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
      var view = viewOf(this._map, bounds, size);
      this.drawn.sort(function (a, b) { return a.spec.order - b.spec.order; });
      view.share = this.share = shareOf(this.drawn.filter(function (layer) { return !layer.source; }), view);
      for (var i = 0, to = 0; i < this.drawn.length; i = to) {
        while (to < this.drawn.length && this.drawn[to].spec.order === this.drawn[i].spec.order) { to++; }
        var same = this.drawn.slice(i, to);
        same.forEach(function (layer) { if (layer.spec.kind !== 'point') { paint(this._ctx, layer, view); } }, this);
        dots(this._ctx, same, view);
      }
      this._ctx.globalAlpha = 1;
      riverlineMarks.number(this._map, this._ctx, called(this.drawn, view), view.origin);
    }
  });

  // The window on the grid of the world, and its pixels.
  function viewOf(map, bounds, size) {
    var zoom = map.getZoom(), origin = map.getPixelOrigin(), scale = 256 * Math.pow(2, zoom) / WORLD;
    return {
      zoom: zoom, origin: origin, scale: scale, bounds: bounds, wide: Math.ceil(size.x) + 1, high: Math.ceil(size.y) + 1,
      west: (bounds.min.x + origin.x) / scale, north: (bounds.min.y + origin.y) / scale,
      east: (bounds.max.x + origin.x) / scale, south: (bounds.max.y + origin.y) / scale
    };
  }

  function within(box, b, view) { return box[b] <= view.east && box[b + 2] >= view.west && box[b + 1] <= view.south && box[b + 3] >= view.north; }

  // The middle of a box, in pixels of the map.
  function middle(box, b, view) {
    return { x: (box[b] + box[b + 2]) / 2 * view.scale - view.origin.x, y: (box[b + 1] + box[b + 3]) / 2 * view.scale - view.origin.y };
  }

  function eachPoint(layers, view, told) {
    layers.forEach(function (layer) {
      if (layer.spec.kind !== 'point') { return; }
      for (var f = 0; f < layer.spec.count; f++) {
        if (within(layer.data.box, 4 * f, view) && there(layer, f)) { told(layer, f, middle(layer.data.box, 4 * f, view)); }
      }
    });
  }

  // How large marks are drawn: where many lie close they are smaller, so that how many and of which kind is seen.
  function shareOf(layers, view) {
    var across = Math.ceil(view.wide / CELL) + 1, cells = new Uint8Array(across * (Math.ceil(view.high / CELL) + 1)), count = 0, used = 0;
    eachPoint(layers, view, function (layer, f, p) {
      var cell = Math.floor((p.y - view.bounds.min.y) / CELL) * across + Math.floor((p.x - view.bounds.min.x) / CELL);
      count++;
      if (!cells[cell]) { cells[cell] = 1; used++; }
    });
    return count ? Math.max(LEAST, Math.min(1, 1.15 * Math.sqrt(used / count))) : 1;
  }

  // What is known by its number, with that.
  function called(layers, view) {
    var found = [];
    if (view.zoom < riverlineMarks.APART) { return found; }
    eachPoint(layers.filter(function (layer) { return layer.spec.called >= 0; }), view, function (layer, f, p) {
      found.push({ x: p.x, y: p.y, radius: view.share * layer.spec.style.radius, color: layer.spec.style.color,
        text: layer.textsOf(f)[layer.spec.called] });
    });
    return found;
  }

  function paint(ctx, layer, view) {
    var data = layer.data, style = layer.spec.style, box = data.box, batch = 0, area = layer.spec.kind === 'area', scale = view.scale;
    ctx.lineJoin = 'round';
    ctx.lineCap = style.lineCap;
    ctx.setLineDash(style.dashArray ? style.dashArray.split(' ').map(Number) : []);
    function flush() {
      if (!batch) { return; }
      if (area && style.fillColor) {
        ctx.globalAlpha = style.fillOpacity;
        ctx.fillStyle = style.fillColor;
        ctx.fill();
      }
      ctx.globalAlpha = style.opacity;
      ctx.strokeStyle = style.color;
      ctx.lineWidth = style.weight;
      ctx.stroke();
      batch = 0;
    }
    function shape(from, f) {
      if (!batch) { ctx.beginPath(); }
      trace(ctx, from, f, scale, view.origin, area);
      if (++batch === BATCH) { flush(); }
    }
    for (var f = 0, b = 0; f < layer.spec.count; f++, b += 4) {
      if (!data.tiles && within(box, b, view) && there(layer, f) && !speckled(layer, b, view)) { shape(data, f); }
    }
    flush();
    // Each tile to its own edges, which are whole pixels: what goes on in the next is drawn once.
    (data.tiles ? data.tiles.over(view.zoom, view.west, view.north, view.east, view.south) : []).forEach(function (tile) {
      var left = Math.round(tile.west * scale - view.origin.x), top = Math.round(tile.north * scale - view.origin.y);
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, top, Math.round(tile.east * scale - view.origin.x) - left, Math.round(tile.south * scale - view.origin.y) - top);
      ctx.clip();
      tile.data.numbers.forEach(function (f, i) {
        if (!small(box, 4 * f, scale) && there(layer, f)) { shape(tile.data, i); }
      });
      flush();
      ctx.restore();
    });
  }

  function speckled(layer, b, view) {
    var box = layer.data.box;
    if (layer.data.tiles) { return small(box, b, view.scale); }
    return (box[b + 2] - box[b]) * view.scale < SMALL_PX && (box[b + 3] - box[b + 1]) * view.scale < SMALL_PX;
  }

  function cellOf(p, side, view) {
    var x = side * Math.round((p.x - view.bounds.min.x) / side), y = side * Math.round((p.y - view.bounds.min.y) / side);
    return Math.max(0, Math.min(view.high - 1, Math.round(y))) * view.wide + Math.max(0, Math.min(view.wide - 1, Math.round(x)));
  }

  // Points, and what is a few pixels small, once for each pixel, bands once for each square as broad as they are. All layers in
  // turn, a part of each at a time: where many lie over each other none is hidden for the kind that it is of.
  function dots(ctx, layers, view) {
    var taken = layers.map(function () { return new Uint8Array(view.wide * view.high); });
    // A ring around few of many is as large as ever.
    var shares = layers.map(function (layer) { return layer.source ? Math.max(view.share, shareOf([layer], view)) : view.share; });
    for (var round = 0; round < ROUNDS; round++) {
      layers.forEach(function (layer, i) {
        var style = layer.spec.style, point = layer.spec.kind === 'point', box = layer.data.box, broad = layer.source ? style.weight : DOT_PX;
        ctx.globalAlpha = style.opacity;
        ctx.fillStyle = style.color;
        if (point) { ctx.setLineDash(style.dashArray ? style.dashArray.split(' ').map(Number) : []); }
        for (var f = round; f < layer.spec.count; f += ROUNDS) {
          var b = 4 * f;
          if (!within(box, b, view) || !(point || speckled(layer, b, view)) || !there(layer, f)) { continue; }
          var p = middle(box, b, view), cell = cellOf(p, layer.source && !point ? broad : 1, view);
          if (taken[i][cell]) { continue; }
          taken[i][cell] = 1;
          if (point) { mark(ctx, layer, p, shares[i]); } else { speck(ctx, p, box, b, broad, view); }
        }
      });
    }
  }

  function mark(ctx, layer, p, share) {
    var style = layer.spec.style, radius = Math.max(LEAST_PX, share * style.radius), part = radius / style.radius;
    ctx.beginPath();
    if (layer.corners) {
      layer.corners.forEach(function (corner, i) { ctx[i ? 'lineTo' : 'moveTo'](p.x + part * corner[0], p.y + part * corner[1]); });
      ctx.closePath();
    } else { ctx.arc(p.x, p.y, radius, 0, 2 * Math.PI); }
    if (!layer.source) {
      ctx.globalAlpha = style.fillOpacity;
      ctx.fillStyle = style.fillColor || style.color;
      ctx.fill();
    }
    ctx.globalAlpha = style.opacity;
    ctx.strokeStyle = style.color;
    ctx.lineWidth = Math.max(0.6, part * style.weight);
    ctx.stroke();
  }

  // The box of a feature, at least so broad.
  function speck(ctx, p, box, b, broad, view) {
    var wide = Math.max(broad, (box[b + 2] - box[b]) * view.scale), high = Math.max(broad, (box[b + 3] - box[b + 1]) * view.scale);
    ctx.fillRect(p.x - wide / 2, p.y - high / 2, wide, high);
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
