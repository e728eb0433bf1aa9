/* riverline: marks of points, how many they stand for, and what stands beside them. On a canvas and, beside a bar, in SVG. */
var riverlineMarks = window.riverlineMarks || (function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg', NOTHING = 'M0 0';
  var CELL = 24, APART = 17, BIN = 64, FAR = 72;
  var FONT = '600 11px sans-serif', HIGH = 12;
  var CORNERS = { square: [4, Math.PI / 4], triangle: [3, 0], diamond: [4, 0], pentagon: [5, 0], star: [10, 0] };
  var pen = document.createElement('canvas').getContext('2d');

  // Corners of a shape around (0, 0), first corner up; null for a circle.
  function outline(shape, radius) {
    var corner = CORNERS[shape], points = [];
    if (!corner) { return null; }
    for (var i = 0; i < corner[0]; i++) {
      var angle = corner[1] + i * 2 * Math.PI / corner[0], r = shape === 'star' && i % 2 ? radius * 0.45 : radius;
      points.push([r * Math.sin(angle), -r * Math.cos(angle)]);
    }
    return points;
  }

  // The outline around a place of the map, as the renderer of a layer has it.
  function draw(layer, center, points) {
    var renderer = layer._renderer, ctx = renderer._ctx;
    var corners = points.map(function (p) { return [center.x + p[0], center.y + p[1]]; });
    if (!ctx) { renderer._setPath(layer, 'M' + corners.map(String).join('L') + 'z'); return; }
    ctx.beginPath();
    corners.forEach(function (p, i) { ctx[i ? 'lineTo' : 'moveTo'](p[0], p[1]); });
    ctx.closePath();
    renderer._fillStroke(ctx, layer);
  }

  function disc(radius) {
    var points = [];
    for (var i = 0; i < 24; i++) { points.push([radius * Math.sin(i * Math.PI / 12), radius * Math.cos(i * Math.PI / 12)]); }
    return points;
  }

  function wide(text) {
    pen.font = FONT;
    return pen.measureText(text).width;
  }

  function write(ctx, at, beside, color) {
    var x = at.x + beside.x, y = at.y + beside.y;
    ctx.save();
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.font = FONT;
    ctx.textBaseline = 'middle';
    ctx.lineWidth = 3;
    ctx.lineJoin = 'round';
    ctx.strokeStyle = '#fff';
    ctx.fillStyle = color;
    ctx.strokeText(beside.text, x, y);
    ctx.fillText(beside.text, x, y);
    ctx.restore();
  }

  // A mark may stand for others that it would cover (`crowd` of them, itself included) or be one of those (0).
  // `beside` is what is written next to it, in its colour: text, and the place of its left end from the middle of the mark.
  var Shape = L.CircleMarker.extend({
    crowd: 1,
    _updatePath: function () {
      var renderer = this._renderer, ctx = renderer._ctx, points = outline(this.options.shape, this._radius);
      if (ctx ? !renderer._drawing || this._empty() || !this.crowd : !this.crowd) {
        if (!ctx) { renderer._setPath(this, NOTHING); this._clear(); }
        return;
      }
      if (points) { draw(this, this._point, points); } else { L.CircleMarker.prototype._updatePath.call(this); }
      if (!ctx) { this._clear(); }
      if (this.beside) { this[ctx ? '_write' : '_append'](this.beside, ctx); }
    },
    _write: function (beside, ctx) { write(ctx, this._point, beside, this.options.color); },
    _append: function (beside) {
      var node = this._beside = document.createElementNS(SVG, 'text');
      node.setAttribute('class', 'riverline-beside');
      node.setAttribute('x', this._point.x + beside.x);
      node.setAttribute('y', this._point.y + beside.y);
      node.style.fill = this.options.color;
      node.textContent = beside.text;
      if (this._path.parentNode) { this._path.parentNode.appendChild(node); }
    },
    _clear: function () {
      if (this._beside) { this._beside.remove(); delete this._beside; }
    },
    onAdd: function (map) {
      L.CircleMarker.prototype.onAdd.call(this, map);
      if (this._beside && !this._beside.parentNode) { this._path.parentNode.appendChild(this._beside); }
    },
    onRemove: function (map) {
      this._clear();
      L.CircleMarker.prototype.onRemove.call(this, map);
    },
    bringToFront: function () {
      L.CircleMarker.prototype.bringToFront.call(this);
      if (this._beside && this._beside.parentNode) { this._beside.parentNode.appendChild(this._beside); }
      return this;
    },
    _updateBounds: function () {
      L.CircleMarker.prototype._updateBounds.call(this);
      if (!this.beside) { return; }
      var from = this._point.add([this.beside.x, this.beside.y - HIGH / 2 - 2]);
      this._pxBounds.extend(from).extend(from.add([wide(this.beside.text) + 4, HIGH + 4]));
    },
    _containsPoint: function (p) { return this.crowd > 0 && L.CircleMarker.prototype._containsPoint.call(this, p); },
    // A click on a mark that stands for others parts them.
    _openPopup: function (event) {
      if (this.crowd < 2) { L.CircleMarker.prototype._openPopup.call(this, event); return; }
      L.DomEvent.stop(event);
      this._map.fitBounds(this.crowdBounds, { padding: [80, 80], maxZoom: APART });
    }
  });

  function point(options) {
    return function (feature, latlng) { return new Shape(latlng, options); };
  }

  // An area that is smaller on the screen than its mark is drawn as the mark, and hit as one.
  function marked(layer) {
    var radius = layer.options.radius, points = outline(layer.options.shape, radius) || disc(radius);
    function small() {
      var box = layer._rawPxBounds, size = box && box.isValid() && box.getSize();
      return size && Math.max(size.x, size.y) < 2 * radius ? box.getCenter() : null;
    }
    var own = { _updatePath: layer._updatePath, _containsPoint: layer._containsPoint, _updateBounds: layer._updateBounds };
    layer._updatePath = function () {
      var center = small(), renderer = layer._renderer, drawn = !renderer._ctx || renderer._drawing;
      if (!center || !drawn || !renderer._bounds.intersects(layer._pxBounds)) { own._updatePath.call(layer); return; }
      draw(layer, center, points);
    };
    layer._updateBounds = function () {
      own._updateBounds.call(layer);
      var center = small();
      if (center) { layer._pxBounds = L.bounds(center.subtract([radius + 3, radius + 3]), center.add([radius + 3, radius + 3])); }
    };
    layer._containsPoint = function (p) {
      var center = small();
      return center ? p.distanceTo(center) <= radius + layer._clickTolerance() : own._containsPoint.apply(layer, arguments);
    };
  }

  // What is taken of the map: boxes [left, top, right, bottom], found again by the squares that they touch; and what others took.
  function room(others) {
    var bins = {};
    function each(box, hit) {
      for (var x = Math.floor(box[0] / BIN); x <= Math.floor(box[2] / BIN); x++) {
        for (var y = Math.floor(box[1] / BIN); y <= Math.floor(box[3] / BIN); y++) {
          if (hit(bins[x + ':' + y] = bins[x + ':' + y] || [])) { return true; }
        }
      }
      return false;
    }
    return {
      take: function (box) { each(box, function (bin) { bin.push(box); return false; }); },
      free: function (box) {
        return (!others || others.free(box)) && !each(box, function (bin) {
          return bin.some(function (other) {
            return box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
          });
        });
      }
    };
  }

  // Where a text may go beside a mark, the best place first; null where every one is taken.
  function place(taken, p, radius, text) {
    var length = wide(text), right = radius + 2, left = -radius - 2 - length, middle = -length / 2;
    var tries = [[right, -radius], [right, radius], [left, -radius], [left, radius], [middle, -radius - 8], [middle, radius + 8],
      [right + 8, -radius - 10], [right + 8, radius + 10], [left - 8, -radius - 10], [left - 8, radius + 10]];
    for (var i = 0; i < tries.length; i++) {
      var x = p.x + tries[i][0], y = p.y + tries[i][1], box = [x - 1, y - HIGH / 2, x + length + 1, y + HIGH / 2];
      if (taken.free(box)) {
        taken.take(box);
        return { text: text, x: tries[i][0], y: tries[i][1] };
      }
    }
    return null;
  }

  function leaves(layer, found) {
    if (layer.eachLayer) { layer.eachLayer(function (each) { leaves(each, found); }); }
    else if (layer instanceof Shape) { found.push(layer); }
    return found;
  }

  // Of marks that would cover each other one is kept, with their number; from APART on all are.
  function gather(map, groups) {
    var zoom = map.getZoom(), cells = {}, found = [];
    function around(p, hit) {
      var x = Math.floor(p.x / CELL), y = Math.floor(p.y / CELL);
      for (var i = x - 1; i <= x + 1; i++) {
        for (var j = y - 1; j <= y + 1; j++) { (cells[i + ':' + j] || []).forEach(hit); }
      }
    }
    groups.filter(function (group) { return map.hasLayer(group); }).forEach(function (group) {
      leaves(group, []).forEach(function (mark) {
        var p = map.project(mark.getLatLng(), zoom), best = null, least = CELL;
        if (zoom < APART) {
          around(p, function (other) {
            var away = p.distanceTo(other.p);
            if (away < least) { least = away; best = other; }
          });
        }
        var kept = best || { mark: mark, p: p, count: 0, others: [], bounds: L.latLngBounds([]) };
        kept.count += 1;
        kept.bounds.extend(mark.getLatLng());
        if (best) { best.others.push(mark); return; }
        var key = Math.floor(p.x / CELL) + ':' + Math.floor(p.y / CELL);
        (cells[key] = cells[key] || []).push(kept);
        found.push(kept);
      });
    });
    return found;
  }

  function set(mark, crowd, beside) {
    var same = mark.crowd === crowd && JSON.stringify(mark.beside || null) === JSON.stringify(beside || null);
    if (same) { return; }
    // A canvas wipes where the mark is: before and after.
    if (mark._map && mark._renderer._ctx) { mark.redraw(); }
    mark.crowd = crowd;
    mark.beside = beside;
    if (mark._map) { mark._updateBounds(); mark.redraw(); }
  }

  // The nearest of those that have their number written, to stand for these too.
  function nearest(kept, all) {
    var best = null, least = FAR;
    all.forEach(function (other) {
      var away = other !== kept && other.beside && other.count > 1 ? kept.p.distanceTo(other.p) : Infinity;
      if (away < least) { least = away; best = other; }
    });
    return best;
  }

  // Counts and numbers of all sets share the room that names leave: none is written over another or over a mark.
  function thin(map, sets, names) {
    var taken = room(), close = map.getZoom() >= APART;
    names.forEach(taken.take);
    map.riverlineRoom = taken;
    var all = sets.map(function (groups) { return gather(map, groups); });
    all.forEach(function (found) {
      found.forEach(function (kept) {
        var r = kept.mark._radius * 0.7;
        taken.take([kept.p.x - r, kept.p.y - r, kept.p.x + r, kept.p.y + r]);
      });
    });
    all.forEach(function (found) {
      found.forEach(function (kept) {
        var mark = kept.mark, radius = mark._radius;
        if (kept.count > 1) { kept.beside = place(taken, kept.p, radius, '×' + kept.count); }
        else if (close && mark.called) { kept.beside = place(taken, kept.p, radius, mark.called()); }
      });
      found.forEach(function (kept) {
        var other = kept.count > 1 && !kept.beside ? nearest(kept, found) : null;
        if (!other) { return; }
        other.count += kept.count;
        other.beside.text = '×' + other.count;
        other.bounds.extend(kept.bounds);
        other.others = other.others.concat(kept.others, [kept.mark]);
        kept.gone = true;
      });
      found.forEach(function (kept) {
        if (kept.gone) { return; }
        var mark = kept.mark, lone = kept.count > 1 && !kept.beside;
        mark.crowdBounds = kept.bounds;
        set(mark, kept.count, lone ? { text: '×' + kept.count, x: mark._radius + 2, y: -mark._radius } : kept.beside);
        kept.others.forEach(function (each) { set(each, 0, null); });
      });
    });
  }

  // Numbers beside marks that another canvas draws, in the room that is left: x, y, radius, color and text of each, and how far
  // its pixels are from those of the world.
  function number(map, ctx, marks, origin) {
    var taken = room(map.riverlineRoom), places = marks.map(function (mark) { return L.point(mark.x, mark.y).add(origin); });
    marks.forEach(function (mark, i) {
      var p = places[i], r = mark.radius * 0.7;
      taken.take([p.x - r, p.y - r, p.x + r, p.y + r]);
    });
    marks.forEach(function (mark, i) {
      var beside = place(taken, places[i], mark.radius, mark.text);
      if (beside) { write(ctx, mark, beside, mark.color); }
    });
  }

  return { APART: APART, Shape: Shape, marked: marked, number: number, outline: outline, point: point, thin: thin };
})();
