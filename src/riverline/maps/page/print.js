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

  function start(map, place) {
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
      fill(WIDE + 'px', HIGH + 'px');
      // Twice as fine as the screen; drawn at once, for paper does not wait.
      var retina = L.Browser.retina;
      L.Browser.retina = true;
      place(before);
      map.fire('moveend').fire('riverlineprint');
      before.undo = flatten(box);
      L.Browser.retina = retina;
    });
    window.addEventListener('afterprint', function () {
      if (!before) { return; }
      var was = before;
      before = null;
      was.undo.forEach(function (undo) { undo(); });
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
