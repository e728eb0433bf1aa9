/* riverline: the same view on a sheet of paper, and back on the screen afterwards. */
var riverlinePrint = window.riverlinePrint || (function () {
  'use strict';
  // A4 across at 96 pixels an inch, without the margins that print.css leaves.
  var WIDE = 1062, HIGH = 733, EDGE = 8, AWAY = 26;
  // Type, width and size of popups, from the first that lies free.
  var TYPES = [['', 620, ''], ['fine', 620, ''], ['finest', 620, ''], ['finest', 440, ''], ['finest', 330, ''], ['finest', 620, 0.8], ['finest', 440, 0.7]];

  // A canvas on paper is opaque: where something lies under one, its pixels go there in its place.
  function flatten(box) {
    var canvases = [].slice.call(box.querySelectorAll('.leaflet-map-pane canvas'));
    if (!window.OffscreenCanvas || (canvases.length < 2 && !box.querySelector('.leaflet-map-pane img'))) { return []; }
    return canvases.map(function (canvas) {
      var pixels = new OffscreenCanvas(canvas.width, canvas.height), copy = document.createElement('canvas');
      pixels.getContext('2d').drawImage(canvas, 0, 0);
      copy.width = canvas.width;
      copy.height = canvas.height;
      copy.className = canvas.className;
      copy.style.cssText = canvas.style.cssText;
      copy.getContext('bitmaprenderer').transferFromImageBitmap(pixels.transferToImageBitmap());
      canvas.after(copy);
      canvas.style.display = 'none';
      return function () { copy.remove(); canvas.style.display = ''; };
    });
  }

  // A legend that is higher than the sheet has smaller type, then two columns, else a sheet of its own: nothing of it is lost.
  function lay(box, words) {
    var legend = box.querySelector('.riverline-legend'), limit = HIGH - 70 - textHeight(box), sheet, next;
    if (!legend || legend.offsetHeight <= limit) { return function () {}; }
    function denser(type) {
      legend.classList.add(type);
      return legend.offsetHeight <= limit;
    }
    if (denser('fine') || denser('wide')) { return function () { legend.classList.remove('fine', 'wide'); }; }
    legend.classList.remove('fine', 'wide');
    sheet = document.createElement('div');
    sheet.className = 'riverline riverline-sheet';
    sheet.lang = document.documentElement.lang;
    sheet.appendChild(legend.cloneNode(true));
    next = document.createElement('p');
    next.className = 'riverline-next';
    next.textContent = words.next;
    legend.appendChild(next);
    legend.classList.add('next');
    box.after(sheet);
    document.documentElement.classList.add('riverline-sheets');
    return function () {
      sheet.remove();
      next.remove();
      legend.classList.remove('next');
      document.documentElement.classList.remove('riverline-sheets');
    };
  }

  function textHeight(box) {
    var corner = box.querySelector('.leaflet-control-attribution');
    return corner ? corner.offsetHeight : 0;
  }

  function meet(a, b, gap) {
    return a.left < b.right + gap && a.right > b.left - gap && a.top < b.bottom + gap && a.bottom > b.top - gap;
  }

  // Where a box lies free on the sheet, nearest to where it is; null where it does not.
  function spot(own, place, taken) {
    var wide = own.right - own.left, high = own.bottom - own.top, xs = [own.left, EDGE, WIDE - EDGE - wide, place.x - wide / 2, place.x - wide - AWAY, place.x + AWAY];
    var ys = [own.top, EDGE, HIGH - EDGE - high, place.y - high / 2, place.y - high - AWAY, place.y + AWAY], best = null;
    taken.forEach(function (each) {
      xs.push(each.left - wide - EDGE, each.right + EDGE);
      ys.push(each.top - high - EDGE, each.bottom + EDGE);
    });
    var point = { left: place.x, right: place.x, top: place.y, bottom: place.y };
    xs.forEach(function (x) {
      ys.forEach(function (y) {
        var at = { left: x, top: y, right: x + wide, bottom: y + high, far: Math.hypot(x - own.left, y - own.top) };
        if (best && best.far <= at.far || x < EDGE || y < EDGE || at.right > WIDE - EDGE || at.bottom > HIGH - EDGE) { return; }
        if (!meet(at, point, 12) && !taken.some(function (each) { return meet(at, each, EDGE - 2); })) { best = at; }
      });
    });
    return best;
  }

  // From a box that was moved to its place.
  function lead(map, at, place) {
    var line = document.createElement('div'), x = Math.max(at.left, Math.min(place.x, at.right)), y = Math.max(at.top, Math.min(place.y, at.bottom));
    line.className = 'riverline-lead';
    line.style.left = x + 'px';
    line.style.top = y + 'px';
    line.style.width = Math.hypot(place.x - x, place.y - y) + 'px';
    line.style.transform = 'rotate(' + Math.atan2(place.y - y, place.x - x) + 'rad)';
    map.getContainer().appendChild(line);
    return line;
  }

  // An open popup lies whole on the sheet and covers neither its place nor what stands around the map: in smaller type where it
  // has to, and moved, with a line to its place.
  function keep(map) {
    var popup = map._popup;
    if (!popup || !popup.isOpen()) { return function () {}; }
    var node = popup.getElement(), wrapper = node.querySelector('.leaflet-popup-content-wrapper'), line = null, at = null, own;
    var was = [node.style.marginLeft, node.style.marginBottom, popup.options.maxWidth], place = map.latLngToContainerPoint(popup.getLatLng());
    var taken = riverlineLayout.boxes(map, '.riverline-title, .leaflet-control');
    function size(widest) {
      popup.options.maxWidth = widest;
      popup._updateLayout();
      popup._updatePosition();
    }
    TYPES.some(function (type) {
      if (type[0]) { node.classList.add(type[0]); }
      wrapper.style.zoom = type[2];
      size(Math.min(popup.options.widest || was[2], type[1]));
      own = riverlineLayout.boxes(map, '.leaflet-popup-content-wrapper').slice(-1)[0];
      at = spot(own, place, taken);
      return at;
    });
    // Whole at least, if it is as high as the sheet.
    at = at || { left: EDGE, top: EDGE, right: EDGE + own.right - own.left, bottom: EDGE + own.bottom - own.top, far: 9 };
    if (at.far > 1) {
      node.classList.add('moved');
      node.style.marginLeft = at.left - own.left + 'px';
      // Leaflet hangs popups from their bottom.
      node.style.marginBottom = (parseFloat(getComputedStyle(node).marginBottom) || 0) - (at.top - own.top) + 'px';
      line = lead(map, at, place);
    }
    return function () {
      node.classList.remove('moved', 'fine', 'finest');
      wrapper.style.zoom = '';
      node.style.marginLeft = was[0];
      node.style.marginBottom = was[1];
      size(was[2]);
      if (line) { line.remove(); }
    };
  }

  function start(map, words, place) {
    var box = map.getContainer(), before = null;
    function fill(width, height) {
      box.style.setProperty('width', width, width ? 'important' : '');
      box.style.setProperty('height', height, height ? 'important' : '');
      map.invalidateSize({ animate: false, pan: false });
    }
    window.addEventListener('beforeprint', function () {
      if (before) { return; }
      before = { center: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds(), width: box.style.width, height: box.style.height };
      // A legend that a small window folds has room on paper.
      before.folded = [].slice.call(box.querySelectorAll('.riverline-legend.folded'));
      before.folded.forEach(function (legend) { legend.classList.remove('folded'); });
      box.classList.add('on-paper');
      fill(WIDE + 'px', HIGH + 'px');
      before.undo = [lay(box, words)];
      // Twice as fine as the screen; drawn at once, for paper does not wait.
      var retina = L.Browser.retina;
      L.Browser.retina = true;
      place(before);
      map.fire('moveend').fire('riverlineprint');
      before.undo = before.undo.concat([keep(map)], flatten(box));
      L.Browser.retina = retina;
    });
    window.addEventListener('afterprint', function () {
      if (!before) { return; }
      var was = before;
      before = null;
      was.undo.forEach(function (undo) { undo(); });
      box.classList.remove('on-paper');
      was.folded.forEach(function (legend) { legend.classList.add('folded'); });
      fill('', '');
      box.style.width = was.width;
      box.style.height = was.height;
      map.invalidateSize({ animate: false, pan: false });
      map.setView(was.center, was.zoom, { animate: false });
    });
  }

  return { start: start };
})();
