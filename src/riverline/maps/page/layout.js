/* riverline: which of the arrangements of layout.css a window has room for, and where in it a popup lies free. */
var riverlineLayout = window.riverlineLayout || (function () {
  'use strict';
  // Pixels: below these the title has a line of its own, and buttons stand beside each other.
  var SMALL = 900, LOW = 420, GAP = 6;
  // What a popup is worth having, and what of it is not content: margins, tip.
  var ENOUGH = { x: 460, y: 460 }, FRAME = { x: 32, y: 58 }, MOST = 400, LEAST = 70;

  function arrange(map) {
    var box = map.getContainer(), size = map.getSize();
    box.classList.toggle('riverline-small', size.x < SMALL);
    box.classList.toggle('riverline-low', size.y < LOW);
    box.style.setProperty('--riverline-wide', size.x + 'px');
  }

  // Boxes of what is there, in pixels of the map; one selector may find several.
  function boxes(map, selector) {
    var frame = map.getContainer().getBoundingClientRect();
    return [].map.call(map.getContainer().querySelectorAll(selector), function (node) {
      var box = node.getBoundingClientRect();
      return getComputedStyle(node).visibility === 'hidden' ? null : { left: box.left - frame.left, top: box.top - frame.top, right: box.right - frame.left, bottom: box.bottom - frame.top };
    }).filter(function (box) { return box && box.right > box.left && box.bottom > box.top; });
  }

  function outer(found, side, otherwise) {
    var far = side === 'right' || side === 'bottom' ? Math.max : Math.min;
    return found.length ? far.apply(null, found.map(function (box) { return box[side]; })) : otherwise;
  }

  // The best of the rectangles that no control reaches into: beside or under the buttons, beside or above the lower corners.
  function room(map) {
    var size = map.getSize(), legend = boxes(map, '.riverline-legend'), low = boxes(map, '.leaflet-bottom.leaflet-left > .leaflet-control');
    var top = outer(boxes(map, '.riverline-title, .riverline-search'), 'bottom', 0) + GAP;
    var bars = boxes(map, '.leaflet-top.leaflet-left > .leaflet-bar, .leaflet-control-layers-toggle');
    var beside = outer(bars, 'right', 0), under = outer(bars, 'bottom', 0), above = outer(low, 'top', size.y);
    var corner = outer(boxes(map, '.leaflet-control-attribution'), 'top', size.y), best = null;
    [[beside, top, above], [0, under, above], [Math.max(beside, outer(low, 'right', 0)), top, size.y]].forEach(function (west) {
      [[size.x, outer(legend, 'top', size.y)], [outer(legend, 'left', size.x), size.y]].forEach(function (east) {
        var found = { left: west[0] + GAP, top: Math.max(top, west[1] + GAP), right: east[0] - GAP, bottom: Math.min(west[2], east[1], corner) - GAP };
        found.worth = Math.min(Math.max(found.right - found.left, 1), ENOUGH.x) * Math.min(Math.max(found.bottom - found.top, 1), ENOUGH.y);
        if (!best || found.worth > best.worth) { best = found; }
      });
    });
    return best;
  }

  // A popup is no larger than the room, and the map moves until it lies there.
  function suit(map, popup) {
    var size = map.getSize(), free = room(map), options = popup.options;
    options.widest = options.widest || options.maxWidth;
    options.maxWidth = Math.max(120, Math.min(options.widest, free.right - free.left - FRAME.x));
    options.minWidth = Math.min(options.minWidth, options.maxWidth);
    options.autoPanPaddingTopLeft = [free.left, free.top];
    options.autoPanPaddingBottomRight = [size.x - free.right, size.y - free.bottom];
    var high = Math.max(LEAST, Math.min(MOST, free.bottom - free.top - FRAME.y));
    map.getContainer().style.setProperty('--riverline-popup', Math.floor(high) + 'px');
  }

  var onAdd = L.Popup.prototype.onAdd;
  L.Popup.include({
    onAdd: function (map) {
      if (map.riverlinePanels) {
        map.fire('riverlinepanel', { panel: 'popup' });
        map.getContainer().classList.add('riverline-telling');
        suit(map, this);
      }
      return onAdd.call(this, map);
    }
  });

  // In a small window one thing at a time: what opens shuts the others.
  function start(map) {
    map.riverlinePanels = true;
    arrange(map);
    map.on('resize', function () {
      arrange(map);
      var popup = map._popup;
      if (popup && popup.isOpen() && !map.getContainer().classList.contains('on-paper')) {
        suit(map, popup);
        popup.update();
      }
    });
    map.on('popupclose', function () { map.getContainer().classList.remove('riverline-telling'); });
    map.on('riverlinepanel', function (event) {
      if (!map.getContainer().classList.contains('riverline-small')) { return; }
      if (event.panel !== 'popup') { map.closePopup(); }
      if (event.panel !== 'legend') {
        [].forEach.call(map.getContainer().querySelectorAll('.riverline-legend'), function (legend) { legend.classList.add('folded'); });
      }
    });
  }

  return { boxes: boxes, room: room, start: start };
})();
