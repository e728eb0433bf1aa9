/* riverline: two sides of one map and the bar between them. Text reaches the page by textContent only. */
var riverlineSwipe = window.riverlineSwipe || (function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg';
  var STEPS = { ArrowLeft: -0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1 };
  var ENDS = { Home: 0, End: 1 };

  function element(tag, name, text, parent) {
    var node = document.createElement(tag);
    node.className = name;
    if (text) { node.textContent = text; }
    if (parent) { parent.appendChild(node); }
    return node;
  }

  // Lines on images have a white edge, whole under dashes too: whatever is under them, they can be told from it.
  var Cased = L.Canvas.extend({
    _fillStroke: function (ctx, layer) {
      var options = layer.options;
      if (options.stroke && options.opacity === 1) {
        ctx.globalAlpha = 0.8;
        ctx.strokeStyle = '#fff';
        ctx.lineWidth = options.weight + 2;
        ctx.lineCap = options.lineCap;
        ctx.lineJoin = options.lineJoin;
        ctx.setLineDash([]);
        ctx.stroke();
      }
      L.Canvas.prototype._fillStroke.call(this, ctx, layer);
    }
  });

  function canvas(options) { return new Cased(options); }

  // Images below everything, lines of one side above the canvas of all others; SVG lets clicks through where it is empty.
  function panes(map, sides) {
    sides.forEach(function (side) {
      map.createPane(side + 'Image').style.zIndex = 250;
      map.createPane(side + 'Packed').style.zIndex = 405;
      map.createPane(side + 'Lines').style.zIndex = 410;
      map._paneRenderers[side + 'Lines'] = L.svg({ pane: side + 'Lines' });
    });
    map.createPane('riverlineSwipe').style.zIndex = 620;
  }

  function arrows(parent) {
    var svg = document.createElementNS(SVG, 'svg'), path = document.createElementNS(SVG, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', 'M9 6 3 12l6 6M15 6l6 6-6 6');
    svg.appendChild(path);
    parent.appendChild(svg);
  }

  // What says which side is which stands beside the bar, in the lowest place that no control covers.
  function clear(map, labels, handle) {
    var box = map.getContainer().getBoundingClientRect();
    var taken = [].slice.call(map.getContainer().querySelectorAll('.leaflet-control, .riverline-title')).concat(handle)
      .map(function (node) { return node.getBoundingClientRect(); })
      .filter(function (each) { return each.width && each.height; });
    labels.forEach(function (label) {
      label.style.bottom = '';
      var own = label.getBoundingClientRect();
      var beside = taken.filter(function (each) { return each.left < own.right + 4 && each.right > own.left - 4; });
      function free(bottom) {
        return bottom - own.height >= box.top && beside.every(function (each) {
          return bottom + 4 <= each.top || bottom - own.height - 4 >= each.bottom;
        });
      }
      var lows = beside.map(function (each) { return each.top - 6; }).concat(own.bottom, box.bottom - 6)
        .filter(function (bottom) { return bottom <= box.bottom && free(bottom); });
      var best = lows.indexOf(own.bottom) >= 0 ? own.bottom : Math.max.apply(null, lows);
      if (lows.length) { label.style.bottom = Math.round(box.bottom - best) + 'px'; }
    });
  }

  // The handle stands in the middle of the bar, or where next to it nothing lies on it.
  function stand(map, handle) {
    handle.style.top = '';
    var box = map.getContainer().getBoundingClientRect(), own = handle.getBoundingClientRect();
    var beside = [].slice.call(map.getContainer().querySelectorAll('.leaflet-control, .riverline-title, .leaflet-popup-content-wrapper'))
      .map(function (node) { return node.getBoundingClientRect(); })
      .filter(function (each) { return each.width && each.left < own.right + 4 && each.right > own.left - 4; });
    function free(top) {
      return top >= box.top && top + own.height <= box.bottom && beside.every(function (each) {
        return top + own.height <= each.top || top >= each.bottom;
      });
    }
    var tops = [own.top].concat.apply([own.top], beside.map(function (each) { return [each.top - own.height - 6, each.bottom + 6]; })).filter(free);
    tops.sort(function (a, b) { return Math.abs(a - own.top) - Math.abs(b - own.top); });
    // Under something that leaves no room at all it is away; the bar itself can still be dragged.
    handle.style.visibility = tops.length ? '' : 'hidden';
    if (tops.length && tops[0] !== own.top) { handle.style.top = Math.round(tops[0] - box.top) + 'px'; }
  }

  function build(map, spec) {
    var bar = element('div', 'riverline-swipe', '', map.getPane('riverlineSwipe'));
    element('div', 'riverline-swipe-line', '', bar);
    var labels = ['before', 'after'].map(function (side) {
      return element('span', 'riverline-swipe-label ' + side, spec[side], bar);
    });
    var handle = element('div', 'riverline-swipe-handle', '', bar);
    handle.tabIndex = 0;
    handle.title = spec.hint;
    var said = { role: 'slider', 'aria-label': spec.label, 'aria-orientation': 'horizontal', 'aria-valuemin': 0,
      'aria-valuemax': 100 };
    Object.keys(said).forEach(function (key) { handle.setAttribute(key, said[key]); });
    arrows(handle);
    L.DomEvent.disableClickPropagation(bar).disableScrollPropagation(bar);
    return { bar: bar, handle: handle, labels: labels };
  }

  // The bar is where the share of the window's width says, whatever is under it; each side ends there.
  function swipe(map, spec, layers) {
    var made = build(map, spec), share = 0.5;
    function clip(side, left, right, top, bottom) {
      var corners = [[left, top], [right, top], [right, bottom], [left, bottom]].map(function (corner) {
        return corner[0] + 'px ' + corner[1] + 'px';
      });
      ['Image', 'Packed', 'Lines'].forEach(function (kind) {
        map.getPane(side + kind).style.clipPath = 'polygon(' + corners.join(', ') + ')';
      });
    }
    function place() {
      var size = map.getSize(), from = map.containerPointToLayerPoint([0, 0]), to = from.add(size);
      var middle = from.x + share * size.x;
      map.riverlineBorder = made.bar.hidden ? undefined : share * size.x;
      clip('riverlineBefore', from.x, middle, from.y, to.y);
      clip('riverlineAfter', middle, to.x, from.y, to.y);
      made.bar.style.transform = 'translate(' + middle + 'px, ' + from.y + 'px)';
      made.bar.style.height = size.y + 'px';
      stand(map, made.handle);
      clear(map, made.labels, made.handle);
      made.handle.setAttribute('aria-valuenow', Math.round(100 * share));
      made.handle.setAttribute('aria-valuetext', spec.before + ' ' + Math.round(100 * share) + '% | ' + spec.after);
    }
    function move(to) {
      share = Math.max(0, Math.min(1, to));
      place();
    }
    function drag(event) {
      var box = map.getContainer().getBoundingClientRect();
      move((event.clientX - box.left) / box.width);
    }
    made.bar.addEventListener('pointerdown', function (event) {
      if (event.button) { return; }
      made.bar.setPointerCapture(event.pointerId);
      made.bar.addEventListener('pointermove', drag);
      made.handle.focus({ preventScroll: true });
      event.preventDefault();
      event.stopPropagation();
    });
    ['pointerup', 'pointercancel', 'lostpointercapture'].forEach(function (name) {
      made.bar.addEventListener(name, function () { made.bar.removeEventListener('pointermove', drag); });
    });
    made.handle.addEventListener('keydown', function (event) {
      if (event.key in STEPS) { move(share + STEPS[event.key]); }
      else if (event.key in ENDS) { move(ENDS[event.key]); }
      else { return; }
      event.preventDefault();
      event.stopPropagation();
    });
    function follow() {
      made.bar.hidden = !layers.some(function (layer) { return map.hasLayer(layer); });
    }
    map.on('move zoom resize viewreset popupopen popupclose', place).on('layeradd layerremove', follow);
    // What was searched for and lies on one side is left to be seen by the bar.
    map.on('riverlinereveal', function (event) {
      var side = event.pane || '';
      if (side.indexOf('riverlineBefore') === 0) { move(Math.max(share, 0.9)); }
      if (side.indexOf('riverlineAfter') === 0) { move(Math.min(share, 0.1)); }
    });
    map.whenReady(function () { place(); follow(); });
    // Controls come after the bar, fold and unfold.
    var grows = new ResizeObserver(place);
    function watch() {
      map.getContainer().querySelectorAll('.leaflet-control').forEach(function (control) { grows.observe(control); });
    }
    if (document.readyState === 'complete') { watch(); } else { window.addEventListener('load', watch); }
  }

  return { canvas: canvas, panes: panes, swipe: swipe };
})();
