/* riverline: the same view on a sheet of paper, and back on the screen afterwards. */
var riverlinePrint = window.riverlinePrint || (function () {
  'use strict';
  // A4 across at 96 pixels an inch, without the margins that print.css leaves.
  var WIDE = 1062, HIGH = 733;

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

  // A legend that is higher than the sheet has smaller type, else a sheet of its own: nothing of it is lost.
  function lay(box, words) {
    var legend = box.querySelector('.riverline-legend'), limit = HIGH - 70 - textHeight(box), sheet, next;
    if (!legend || legend.offsetHeight <= limit) { return function () {}; }
    legend.classList.add('fine');
    if (legend.offsetHeight <= limit) { return function () { legend.classList.remove('fine'); }; }
    legend.classList.remove('fine');
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

  // An open popup lies on the sheet, beside the legend and below the title: where it would not, it is moved.
  function keep(box) {
    var popup = box.querySelector('.leaflet-popup');
    if (!popup) { return function () {}; }
    var frame = box.getBoundingClientRect(), legend = box.querySelector('.riverline-legend'), title = box.querySelector('.riverline-title');
    var top = title ? title.getBoundingClientRect().bottom - frame.top + 8 : 8, low = frame.height - textHeight(box) - 12;
    var right = frame.width - (legend ? legend.offsetWidth + 20 : 0) - 8;
    if (popup.offsetHeight > low - top) { popup.classList.add('fine'); }
    var at = popup.getBoundingClientRect(), left = at.left - frame.left, above = at.top - frame.top;
    var x = Math.max(8, Math.min(left, right - at.width)) - left, y = Math.max(top, Math.min(above, low - at.height)) - above;
    var was = [popup.style.marginLeft, popup.style.marginTop, popup.style.marginBottom];
    if (x || y) {
      popup.classList.add('moved');
      popup.style.marginLeft = x + 'px';
      // Leaflet hangs popups from their bottom.
      popup.style.marginBottom = (parseFloat(getComputedStyle(popup).marginBottom) || 0) - y + 'px';
    }
    return function () {
      popup.classList.remove('moved', 'fine');
      popup.style.marginLeft = was[0];
      popup.style.marginTop = was[1];
      popup.style.marginBottom = was[2];
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
      before.undo = before.undo.concat([keep(box)], flatten(box));
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
