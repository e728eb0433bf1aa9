/* riverline: a small drawing of everything, and where in it the window is. */
var riverlineOverview = window.riverlineOverview || (function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg', LEAST = 5, ROOM = 900;

  function shape(tag, attributes, parent) {
    var node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    parent.appendChild(node);
    return node;
  }

  // Degrees to pixels of the drawing and back: the same for every latitude of it.
  // It unfolds by itself where the window shows a part, until someone says otherwise.
  function start(map, spec, words) {
    var asked = false, whole = L.latLngBounds(spec.whole), wide = spec.size[0], high = spec.size[1], across = spec.scale * spec.narrow;
    function x(lon) { return (lon - spec.middle[0]) * across + wide / 2; }
    function y(lat) { return (spec.middle[1] - lat) * spec.scale + high / 2; }
    var control = L.control({ position: 'bottomleft' });
    control.onAdd = function () {
      var box = document.createElement('div'), fold = document.createElement('button');
      box.className = 'riverline-overview leaflet-control';
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      var svg = shape('svg', { width: wide, height: high, viewBox: '0 0 ' + wide + ' ' + high, role: 'img' }, box);
      shape('title', {}, svg).textContent = words.overview;
      spec.paths.forEach(function (path) { shape('path', path, svg); });
      var frame = shape('rect', { 'class': 'view' }, svg);
      fold.type = 'button';
      box.appendChild(fold);
      function say(folded) {
        box.classList.toggle('folded', folded);
        fold.textContent = folded ? '◱' : '×';
        fold.title = folded ? words.overview_open : words.overview_close;
        fold.setAttribute('aria-label', fold.title);
        fold.setAttribute('aria-expanded', String(!folded));
      }
      say(true);
      fold.addEventListener('click', function () { asked = true; say(!box.classList.contains('folded')); });
      function follow() {
        var bounds = map.getBounds(), size = map.getSize();
        if (!asked) { say(bounds.contains(whole) || size.x < ROOM || size.y < 560); }
        var left = Math.max(x(bounds.getWest()), 0.5), right = Math.min(x(bounds.getEast()), wide - 0.5);
        var top = Math.max(y(bounds.getNorth()), 0.5), bottom = Math.min(y(bounds.getSouth()), high - 0.5);
        var w = Math.max(right - left, LEAST), h = Math.max(bottom - top, LEAST);
        frame.setAttribute('x', Math.min((left + right - w) / 2, wide - w));
        frame.setAttribute('y', Math.min((top + bottom - h) / 2, high - h));
        frame.setAttribute('width', w);
        frame.setAttribute('height', h);
      }
      function move(event) {
        var at = svg.getBoundingClientRect(), lon = (event.clientX - at.left - wide / 2) / across + spec.middle[0];
        map.panTo([spec.middle[1] - (event.clientY - at.top - high / 2) / spec.scale, lon], { animate: false });
      }
      svg.addEventListener('pointerdown', function (event) {
        if (event.button) { return; }
        event.preventDefault();
        svg.setPointerCapture(event.pointerId);
        svg.addEventListener('pointermove', move);
        move(event);
      });
      ['pointerup', 'pointercancel', 'lostpointercapture'].forEach(function (name) {
        svg.addEventListener(name, function () { svg.removeEventListener('pointermove', move); });
      });
      map.on('move zoom resize', follow);
      map.whenReady(follow);
      return box;
    };
    control.addTo(map);
  }

  return { start: start };
})();
