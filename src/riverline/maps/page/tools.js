/* riverline: where the pointer is, in degrees and in the plane of the data, lengths and areas, and the full screen. */
var riverlineTools = (function () {
  'use strict';
  var A = 6378137, N = (function (f) { return f / (2 - f); })(1 / 298.257222101);
  var SVG = 'http://www.w3.org/2000/svg';
  // Krüger's series on CGCS2000, to n⁴: below a millimetre in any zone.
  var RADIUS = A / (1 + N) * (1 + N * N / 4 + Math.pow(N, 4) / 64);
  var SERIES = [
    N / 2 - 2 / 3 * N * N + 5 / 16 * Math.pow(N, 3) + 41 / 180 * Math.pow(N, 4),
    13 / 48 * N * N - 3 / 5 * Math.pow(N, 3) + 557 / 1440 * Math.pow(N, 4),
    61 / 240 * Math.pow(N, 3) - 103 / 140 * Math.pow(N, 4),
    49561 / 161280 * Math.pow(N, 4)
  ];

  function element(tag, name, parent, text) {
    var node = document.createElement(tag);
    node.className = name;
    if (text) { node.textContent = text; }
    if (parent) { parent.appendChild(node); }
    return node;
  }

  // North and east of the meridian, metres.
  function plane(lat, lng, meridian) {
    var k = 2 * Math.sqrt(N) / (1 + N), sine = Math.sin(lat * Math.PI / 180), turn = (lng - meridian) * Math.PI / 180;
    var t = Math.sinh(Math.atanh(sine) - k * Math.atanh(k * sine));
    var xi = Math.atan2(t, Math.cos(turn)), eta = Math.atanh(Math.sin(turn) / Math.sqrt(1 + t * t)), north = xi, east = eta;
    SERIES.forEach(function (alpha, i) {
      var j = 2 * (i + 1);
      north += alpha * Math.sin(j * xi) * Math.cosh(j * eta);
      east += alpha * Math.cos(j * xi) * Math.sinh(j * eta);
    });
    return [RADIUS * north, RADIUS * east];
  }

  // Length along the points and the area that they close, in a plane whose meridian runs through their middle.
  function measured(points) {
    var west = Infinity, east = -Infinity, length = 0, area = 0;
    points.forEach(function (p) { west = Math.min(west, p.lng); east = Math.max(east, p.lng); });
    var flat = points.map(function (p) { return plane(p.lat, p.lng, (west + east) / 2); });
    flat.forEach(function (p, i) {
      var next = flat[(i + 1) % flat.length];
      if (i + 1 < flat.length) { length += Math.hypot(next[0] - p[0], next[1] - p[1]); }
      area += (p[0] - flat[0][0]) * (next[1] - flat[0][1]) - (next[0] - flat[0][0]) * (p[1] - flat[0][1]);
    });
    return { length: length, area: Math.abs(area) / 2 };
  }

  function minutes(degrees, marks) {
    var seconds = Math.round(Math.abs(degrees) * 360000) / 100;
    var whole = Math.floor(seconds / 3600), left = seconds - whole * 3600;
    function two(value, digits) { return (value < 10 ? '0' : '') + value.toFixed(digits); }
    return whole + '°' + two(Math.floor(left / 60), 0) + '′' + two(left % 60, 2) + '″' + marks[degrees < 0 ? 1 : 0];
  }

  function readout(map, spec) {
    var control = L.control({ position: 'bottomleft' }), box, said = null, at = null;
    control.onAdd = function () {
      box = element('div', 'riverline-readout leaflet-control');
      box.title = spec.words.readout;
      element('span', '', box);
      element('span', '', box);
      return box;
    };
    control.addTo(map);
    function say(latlng) {
      var lng = L.Util.wrapNum(latlng.lng, [-180, 180], true), meridian = spec.meridian;
      if (meridian === null) { meridian = 3 * Math.floor((lng + 1.5) / 3); }
      var at = plane(latlng.lat, lng, meridian), easting = at[1] + spec.easting;
      box.firstChild.textContent = spec.words.degrees.replace('{place}', minutes(lng, 'EW') + '  ' + minutes(latlng.lat, 'NS'));
      box.lastChild.textContent = Math.abs(lng - meridian) > 6 ? '' : spec.words.plane
        .replace('{meridian}', meridian).replace('{north}', at[0].toFixed(1)).replace('{east}', easting.toFixed(1));
    }
    // Leaflet tells the place of the mark that is under the pointer, and not the pointer's.
    function pointed(event) {
      said = event.originalEvent ? map.mouseEventToLatLng(event.originalEvent) : event.latlng;
      at = event.type === 'mousemove' ? map.latLngToContainerPoint(said) : null;
      say(said);
    }
    // When the map has moved: what is under the pointer now; without a pointer what was tapped, as long as it is to be seen.
    function moved() {
      if (at) { said = map.containerPointToLatLng(at); } else if (!said || !map.getBounds().contains(said)) { said = map.getCenter(); }
      say(said);
    }
    // On paper no pointer is: what the sheet shows, that north is up, and the day.
    function sheet() {
      var shown = map.getBounds(), now = new Date();
      function two(value) { return (value < 10 ? '0' : '') + value; }
      box.firstChild.textContent = spec.words.degrees.replace('{place}', minutes(shown.getWest(), 'EW') + ' – ' + minutes(shown.getEast(), 'EW') +
        '  ' + minutes(shown.getSouth(), 'NS') + ' – ' + minutes(shown.getNorth(), 'NS'));
      box.lastChild.textContent = spec.words.printed.replace('{day}', [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-'));
    }
    map.on('mousemove click', pointed).on('mouseout', function () { at = null; }).on('moveend', moved).on('riverlineprint', sheet);
    moved();
  }

  // Whether the ring of the points meets itself: it has no area then, its parts would cancel each other.
  function crosses(points) {
    var n = points.length;
    function side(a, b, c) { return (b.lng - a.lng) * (c.lat - a.lat) - (c.lng - a.lng) * (b.lat - a.lat); }
    return points.some(function (a, i) {
      var b = points[(i + 1) % n];
      for (var j = i + 2; j < n; j++) {
        var c = points[j], d = points[(j + 1) % n];
        if (d !== a && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) { return true; }
      }
      return false;
    });
  }

  function told(words, points) {
    var found = measured(points), length = found.length, area = found.area;
    var long = length < 1000 ? length.toFixed(1) + ' m' : (length / 1000).toFixed(3) + ' km';
    var text = words.length + ' ' + long;
    if (points.length < 3) { return text; }
    if (crosses(points)) { return text + ' · ' + words.crosses; }
    var wide = area < 10000 ? area.toFixed(1) + ' m²' : (area / 10000).toFixed(2) + ' ' + words.hectares;
    return text + ' · ' + words.area + ' ' + wide + (words.mu ? '（' + (area * 0.0015).toFixed(area < 10000 ? 2 : 1) + ' ' + words.mu + '）' : '');
  }

  // Clicks are taken before the layers have them: no popup opens while one measures.
  function measure(map, bar, words) {
    var button = tool(bar, words.measure, 'M2 17 17 2l5 5L7 22zM6 13l2 2M9 10l3 3M12 7l2 2M15 4l3 3');
    var points = [], on = false, done = false, line = L.polygon([], { interactive: false, color: '#8E0152', weight: 2, fillOpacity: 0.06 });
    var box = element('div', 'riverline-measured', map._controlContainer);
    box.hidden = true;
    box.setAttribute('role', 'status');
    function show() {
      line.setLatLngs(points.length > 2 ? points : [points.concat(points.length === 2 ? points[0] : [])]);
      box.textContent = points.length > 1 ? told(words, points) : words.measure_hint;
    }
    function turn(state) {
      on = state;
      done = false;
      points = [];
      map.getContainer().classList.toggle('riverline-measuring', on);
      button.setAttribute('aria-pressed', String(on));
      box.hidden = !on;
      if (on) { line.addTo(map); map.closePopup().fire('riverlinepanel', { panel: 'measure' }); } else { line.remove(); }
      show();
    }
    function taken(event) {
      if (!on || !map.getPane('mapPane').contains(event.target) && event.target !== map.getContainer()) { return; }
      event.stopPropagation();
      if (event.type === 'dblclick') { done = true; return; }
      if (event.detail > 1 || map.dragging.moved && map.dragging.moved()) { return; }
      if (done) { points = []; done = false; }
      points.push(map.mouseEventToLatLng(event));
      show();
    }
    map.getContainer().addEventListener('click', taken, true);
    map.getContainer().addEventListener('dblclick', taken, true);
    document.addEventListener('keydown', function (event) { if (on && event.key === 'Escape') { turn(false); } });
    button.addEventListener('click', function (event) { event.preventDefault(); turn(!on); });
  }

  function icon(button, path) {
    var svg = document.createElementNS(SVG, 'svg'), node = document.createElementNS(SVG, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('width', 17);
    svg.setAttribute('height', 17);
    svg.setAttribute('aria-hidden', 'true');
    node.setAttribute('d', path);
    svg.appendChild(node);
    button.appendChild(svg);
  }

  function tool(bar, title, path) {
    var button = element('a', '', bar);
    button.href = '#';
    button.setAttribute('role', 'button');
    button.title = title;
    button.setAttribute('aria-label', title);
    icon(button, path);
    return button;
  }

  function fullScreen(map, bar, title) {
    var button = tool(bar, title, 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M9 9h6v6H9z');
    button.addEventListener('click', function (event) {
      event.preventDefault();
      if (document.fullscreenElement) { document.exitFullscreen(); } else { document.documentElement.requestFullscreen(); }
    });
    document.addEventListener('fullscreenchange', function () {
      button.setAttribute('aria-pressed', String(Boolean(document.fullscreenElement)));
      map.invalidateSize();
    });
  }

  function start(map, spec) {
    var control = L.control({ position: 'topleft' });
    control.onAdd = function () {
      var bar = element('div', 'leaflet-bar leaflet-control riverline-tools');
      L.DomEvent.disableClickPropagation(bar);
      measure(map, bar, spec.words);
      if (document.fullscreenEnabled) { fullScreen(map, bar, spec.words.full); }
      return bar;
    };
    control.addTo(map);
    readout(map, spec);
  }

  return { fullScreen: fullScreen, measure: measure, measured: measured, plane: plane, start: start };
})();
