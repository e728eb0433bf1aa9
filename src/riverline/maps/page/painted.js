/* riverline: how packed features are painted: shapes, specks, marks, bands around them, and numbers beside them. */
var riverlinePainted = window.riverlinePainted || (function () {
  'use strict';
  var WORLD = Math.pow(2, 29), BATCH = 250, DOT_PX = 1.5, SMALL_PX = 4, STEP_PX = 0.7, TINY = 16;
  // Layers are drawn a part at a time; marks are counted by squares of so many pixels, and drawn at least so large.
  var ROUNDS = 16, CELL = 16, LEAST = 0.3, LEAST_PX = 1.5;

  // Whether a feature is a few pixels small, or so small that it is drawn as its box at any scale.
  function small(box, b, scale) {
    var broad = box[b + 2] - box[b], high = box[b + 3] - box[b + 1];
    return broad * scale < SMALL_PX && high * scale < SMALL_PX || broad < TINY && high < TINY;
  }

  // What is there at the chosen month and of the chosen value; all where there is nothing to choose. A band is around one value.
  function there(layer, f) {
    var marks = layer.data.marks, state = (layer.source || layer).state;
    if (layer.source && (!marks.h || !(marks.h[f] >> layer.value & 1))) { return false; }
    if (!state) { return true; }
    if (marks.s0 && (state.at < marks.s0[f] || state.at > marks.s1[f])) { return false; }
    return !state.choice || !marks.c || state.choice.indexOf(marks.c[f]) >= 0;
  }

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

  // Everything in the window, the lowest first; how large marks are in it.
  function draw(ctx, map, drawn, bounds, size) {
    var view = viewOf(map, bounds, size);
    drawn.sort(function (a, b) { return a.spec.order - b.spec.order; });
    view.share = shareOf(drawn.filter(function (layer) { return !layer.source; }), view);
    for (var i = 0, to = 0; i < drawn.length; i = to) {
      while (to < drawn.length && drawn[to].spec.order === drawn[i].spec.order) { to++; }
      var same = drawn.slice(i, to);
      same.forEach(function (layer) { if (layer.spec.kind !== 'point') { paint(ctx, layer, view); } });
      dots(ctx, same, view);
    }
    ctx.globalAlpha = 1;
    riverlineMarks.number(map, ctx, called(drawn, view), view.origin);
    return view.share;
  }

  return { draw: draw, small: small, there: there };
})();
