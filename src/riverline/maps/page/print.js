/* riverline: the same view on a sheet of paper, and back on the screen afterwards. */
var riverlinePrint = window.riverlinePrint || (function () {
  'use strict';
  // A4 across at 96 pixels an inch, without the margins that print.css leaves.
  var WIDE = 1062, HIGH = 733;

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
      box.classList.add('riverline-printed');
      fill(WIDE + 'px', HIGH + 'px');
      place(before);
      map.fire('riverlineprint');
    });
    window.addEventListener('afterprint', function () {
      if (!before) { return; }
      var was = before;
      before = null;
      box.classList.remove('riverline-printed');
      fill('', '');
      box.style.width = was.width;
      box.style.height = was.height;
      map.invalidateSize({ animate: false, pan: false });
      map.setView(was.center, was.zoom, { animate: false });
    });
  }

  return { start: start };
})();
