/* riverline: what Leaflet does not do for us. Text from data reaches the page by textContent only. */
var riverline = window.riverline || (function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg';

  function element(tag, text, parent) {
    var node = document.createElement(tag);
    if (text) { node.textContent = text; }
    if (parent) { parent.appendChild(node); }
    return node;
  }

  function name(texts, kind) {
    return function (feature, latlng) {
      var text = element('span', texts[feature.properties.t]);
      var icon = L.divIcon({ className: 'riverline-name' + (kind ? ' riverline-name-' + kind : ''), html: text, iconSize: [0, 0] });
      return L.marker(latlng, { icon: icon, interactive: false, keyboard: false });
    };
  }

  // Rows of (label, text) under the title of a layer; empty ones are left out.
  function table(spec, values) {
    var made = element('table');
    made.className = 'riverline-popup';
    element('caption', spec.title, made);
    spec.fields.forEach(function (label, i) {
      if (!values[i]) { return; }
      var row = element('tr', '', made);
      element('th', label, row).scope = 'row';
      element('td', values[i], row);
    });
    return made;
  }

  function tip(spec, values, crowd) {
    var parts = spec.tip.map(function (i) { return values[i]; }).filter(Boolean);
    if (crowd > 1) { parts.push(spec.crowd.replace('{count}', crowd)); }
    return element('span', parts.join(' · ') || spec.title);
  }

  // Popup and tooltip of every feature of a layer, built when they are opened.
  function describe(spec) {
    function texts(feature) { return feature.properties.t.map(function (i) { return spec.texts[i]; }); }
    function popup(layer) {
      var made = table(spec, texts(layer.feature)), number = layer.feature.properties.f;
      if (!spec.figures || number === undefined) { return made; }
      var box = element('div');
      riverlineFigures.draw(spec.figures[number], box);
      box.appendChild(made);
      return box;
    }
    function told(layer) { return tip(spec, texts(layer.feature), layer.crowd); }
    return function (feature, layer) {
      var weight;
      layer.told = spec;
      var wide = spec.figures && spec.figures.some(function (figure) { return figure.picture; });
      layer.bindPopup(popup, { maxWidth: wide ? 620 : 380 }).bindTooltip(told, { sticky: true });
      if (spec.marked && layer instanceof L.Polygon) { riverlineMarks.marked(layer); }
      if (spec.called >= 0 && layer instanceof riverlineMarks.Shape) { layer.called = function () { return texts(layer.feature)[spec.called]; }; }
      if (spec.hover) {
        layer.on('mouseover', function () {
          weight = layer.options.weight;
          layer.setStyle({ weight: weight + 2 });
        });
        layer.on('mouseout', function () { layer.setStyle({ weight: weight }); });
      }
    };
  }

  // A band around the features of other layers that have the value; made when it is first shown.
  function halo(group, sources, value, options, order) {
    function fill() {
      var settings = L.extend({}, options, { interactive: false, fill: false });
      sources.forEach(function (source) {
        if (source.band) { group.addLayer(source.band(value, settings, order)); return; }
        source.eachLayer(function (layer) {
          if (layer.feature.properties.h.indexOf(value) < 0) { return; }
          if (layer.getLatLng) { group.addLayer(L.circleMarker(layer.getLatLng(), settings)); }
          else if (layer.getLatLngs) { group.addLayer(L.polyline(closed(layer), settings)); }
        });
      });
    }
    // A band as wide as at 1:2,000 would cover the two banks of a river that is a few pixels wide.
    function fit() {
      var metres = metresOf(this);
      var share = Math.max(0.45, Math.min(1, 1.1 - 0.2 * Math.log2(metres)));
      group.eachLayer(function (layer) {
        if (!(layer instanceof L.CircleMarker)) { layer.setStyle({ weight: options.weight * share }); }
      });
    }
    group.once('add', fill);
    group.on('add', function () { this._map.on('zoomend', fit); fit.call(this._map); });
    group.on('remove', function () { this._map.off('zoomend', fit); });
    if (group._map) { group.fire('add'); }
    return group;
  }

  function closed(layer) {
    var rings = layer.getLatLngs();
    if (!(layer instanceof L.Polygon)) { return rings; }
    return rings.flat(Array.isArray(rings[0][0]) ? 1 : 0).map(function (ring) { return ring.concat([ring[0]]); });
  }

  function shape(tag, attributes, parent) {
    var node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    parent.appendChild(node);
    return node;
  }

  function swatch(kind, style) {
    var svg = document.createElementNS(SVG, 'svg'), paint = {
      stroke: style.color, 'stroke-width': style.weight, 'stroke-opacity': style.opacity,
      'stroke-dasharray': style.dashArray || 'none', fill: style.fillColor || 'none', 'fill-opacity': style.fillOpacity
    };
    svg.setAttribute('width', 38); svg.setAttribute('height', 18); svg.setAttribute('aria-hidden', 'true');
    // A layer of several kinds shows each of them: area+line+point.
    function holds(each) { return kind.split('+').indexOf(each) >= 0; }
    if (holds('area')) { shape('rect', L.extend(paint, { x: 4, y: 3, width: 30, height: 12 }), svg); }
    if (holds('line')) { shape('line', L.extend(paint, { x1: 1, y1: 9, x2: 37, y2: 9, fill: 'none' }), svg); }
    if (holds('point')) {
      var points = riverlineMarks.outline(style.shape, Math.min(style.radius, 8)), place = { transform: 'translate(19 9)' };
      if (points) { shape('polygon', L.extend(paint, place, { points: points.join(' ') }), svg); }
      else { shape('circle', L.extend(paint, place, { r: Math.min(style.radius, 7) }), svg); }
    }
    return svg;
  }

  function legend(map, spec, groups) {
    var control = L.control({ position: 'bottomright' });
    control.onAdd = function () {
      var box = element('div');
      box.className = 'riverline-legend leaflet-control';
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      var head = element('h2', spec.words.legend, box);
      head.tabIndex = 0;
      head.setAttribute('role', 'button');
      box.classList.toggle('warns', spec.notices.length > 0);
      if (map.getSize().x < 720 || map.getSize().y < 420) { box.classList.add('folded'); }
      L.DomEvent.on(head, 'click keydown', function (event) {
        if (event.type !== 'click' && event.key !== 'Enter') { return; }
        if (!box.classList.toggle('folded')) { map.fire('riverlinepanel', { panel: 'legend' }); }
      });
      var lists = {};
      var headed = spec.rows.some(function (row) { return row.heading; });
      spec.rows.forEach(function (row, i) {
        var heading = row.heading || (headed ? spec.words.other : ''), list = lists[heading];
        if (!list) { list = lists[heading] = { title: element('h3', heading, box), items: element('ul', '', box) }; }
        var item = element('li', '', list.items);
        item.appendChild(swatch(row.kind, row.style));
        element('span', row.label, item);
        element('b', row.count === null ? '' : String(row.count), item);
        item.querySelector('span').dataset.away = spec.words.away;
        groups[i].legendItem = item;
        function follow() {
          item.hidden = !map.hasLayer(groups[i]);
          list.title.hidden = !list.items.querySelector('li:not([hidden])');
        }
        groups[i].on('add remove', follow);
        map.on('overlayadd overlayremove', follow);
        follow();
      });
      spec.notices.forEach(function (about) {
        var notice = element('div', '', box), told = element('ul', '', notice);
        notice.className = 'riverline-notice';
        notice.insertBefore(element('h3', about.title), told);
        about.rows.forEach(function (text) { element('li', text, told); });
      });
      var note = element('p', '', box), crowds = element('span', spec.crowds + spec.words.join, note);
      note.appendChild(document.createTextNode(spec.note));
      // Said as long as such marks are on.
      function tell() {
        crowds.hidden = !spec.crowded.some(function (set) { return set.some(function (i) { return map.hasLayer(groups[i]); }); });
      }
      map.on('overlayadd overlayremove layeradd layerremove', tell);
      tell();
      return box;
    };
    return control.addTo(map);
  }

  // Names that would cover one that is already there, or repeat it nearby, are hidden at this zoom; boxes of the others in
  // pixels of the world.
  function declutter(map) {
    var taken = [], frame = map.getContainer().getBoundingClientRect();
    var shift = map.getPixelOrigin().add(map.containerPointToLayerPoint([0, 0])).subtract([frame.left, frame.top]);
    map.getContainer().querySelectorAll('.riverline-name > span').forEach(function (label) {
      var box = label.getBoundingClientRect(), text = label.textContent;
      var hit = taken.some(function (other) {
        var room = other.text === text ? 160 : 0, there = other.box;
        return box.left < there.right + room && there.left < box.right + room &&
          box.top < there.bottom + room && there.top < box.bottom + room;
      });
      label.style.visibility = hit ? 'hidden' : '';
      if (!hit) { taken.push({ box: box, text: text }); }
    });
    return taken.map(function (each) {
      return [each.box.left + shift.x, each.box.top + shift.y, each.box.right + shift.x, each.box.bottom + shift.y];
    });
  }

  function metresOf(map) {
    return 40075016.7 * Math.cos(map.getCenter().lat * Math.PI / 180) / Math.pow(2, map.getZoom() + 8);
  }

  // What is only legible from close by, or only from far off, is there at these scales: metres a pixel, [above, below].
  // Ribbons along two banks are slimmer from far off: they would cover each other.
  function atScale(map, groups, rows) {
    var metres = metresOf(map), share = Math.max(0.3, Math.min(1, 1.3 - 0.16 * Math.log2(metres)));
    rows.forEach(function (row, i) {
      var group = groups[i];
      if (row.slims && group.share !== share) {
        group.share = share;
        group.eachLayer(function (layer) { layer.setStyle({ weight: row.style.weight * share }); });
      }
      if (!row.scale) { return; }
      var seen = metres > row.scale[0] && metres <= row.scale[1];
      group.drawn = group.drawn || group.getLayers();
      if (seen === group.seen) { return; }
      group.seen = seen;
      group.legendItem.classList.toggle('away', !seen);
      group.drawn.forEach(function (layer) { group[seen ? 'addLayer' : 'removeLayer'](layer); });
    });
  }

  // One button between the zoom and the layers: everything, and back to what the map is about.
  function wholeButton(map, spec, fit) {
    var control = L.control({ position: 'topleft' });
    control.onAdd = function () {
      var bar = element('div'), link = element('a', '', bar), svg, differs = String(spec.bounds) !== String(spec.whole);
      bar.className = 'leaflet-bar leaflet-control riverline-whole';
      svg = shape('svg', { viewBox: '0 0 24 24', width: 16, height: 16, 'aria-hidden': 'true' }, link);
      shape('path', { d: 'M9 3H3v6M15 3h6v6M9 21H3v-6M15 21h6v-6', fill: 'none', stroke: 'currentColor', 'stroke-width': 2.4 }, svg);
      link.href = '#';
      link.setAttribute('role', 'button');
      function say(whole) {
        link.title = whole && differs ? spec.words.back : spec.words.everything;
        link.setAttribute('aria-label', link.title);
        link.setAttribute('aria-pressed', String(whole));
      }
      say(false);
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(link, 'click', function (event) {
        L.DomEvent.preventDefault(event);
        var whole = !differs || link.getAttribute('aria-pressed') !== 'true';
        fit(whole ? spec.whole : spec.bounds);
        say(whole && differs);
      });
      return bar;
    };
    control.addTo(map);
  }

  // Everything around the layers: title, zoom, scale, legend, corner text, drawing order.
  function dress(map, spec, groups) {
    document.documentElement.lang = spec.words.lang;
    map.getContainer().classList.add('riverline');
    riverlineLayout.start(map);
    L.control.zoom({ zoomInTitle: spec.words.zoom_in, zoomOutTitle: spec.words.zoom_out }).addTo(map);
    if (spec.whole) { wholeButton(map, spec, fit); }
    riverlineTools.start(map, spec.tools);
    L.control.scale({ imperial: false, maxWidth: map.getSize().x < 480 ? 90 : 140 }).addTo(map);
    map.attributionControl.setPrefix(false).addAttribution(spec.corner).getContainer().tabIndex = 0;
    if (spec.title) { element('div', spec.title, map._controlContainer).className = 'riverline-title'; }
    if (spec.overview) { riverlineOverview.start(map, spec.overview, spec.words); }
    var box = legend(map, spec, groups).getContainer(), fitted = null;
    function frame(bounds) {
      // Counts stand at the right of their marks.
      var right = (box.classList.contains('folded') ? 30 : box.offsetWidth + 24) + (spec.crowded.length ? 22 : 0);
      // Nothing goes under the corner text, however many lines it has, and in a small window under anything if there is room.
      var low = Math.max(40, map.attributionControl.getContainer().offsetHeight + 16), top = spec.title ? 66 : 30;
      var free = riverlineLayout.room(map);
      if (map.getContainer().classList.contains('riverline-small') && free.bottom - free.top > 180) {
        top = free.top + 16;
        low = map.getSize().y - free.bottom + 8;
      }
      // Beside the slider or above it, wherever it is larger.
      var slider = riverlineLayout.boxes(map, '.riverline-clock')[0], ways = [{ left: 30, low: low }];
      if (slider) { ways = [{ left: slider.right + 16, low: low }, { left: 30, low: Math.max(low, map.getSize().y - slider.top + 16) }]; }
      ways.forEach(function (way) { way.zoom = map.getBoundsZoom(bounds, false, L.point(way.left + right, top + way.low)); });
      var best = ways.reduce(function (a, b) { return b.zoom > a.zoom ? b : a; });
      map.fitBounds(bounds, { paddingTopLeft: [best.left, top], paddingBottomRight: [right, best.low], maxZoom: 17, animate: false });
    }
    // Where it went is noted: as long as nobody moves the window, paper is fitted anew.
    function fit(bounds) {
      frame(bounds);
      fitted = { bounds: bounds, center: map.getCenter(), zoom: map.getZoom() };
    }
    function still(view) {
      return fitted && fitted.zoom === view.zoom && map.project(fitted.center, view.zoom).distanceTo(map.project(view.center, view.zoom)) < 3;
    }
    if (spec.bounds) {
      fit(spec.bounds);
      // Controls that came later take room from a small window.
      document.addEventListener('DOMContentLoaded', function () {
        if (still({ center: map.getCenter(), zoom: map.getZoom() })) { fit(spec.bounds); }
      });
    }
    riverlineSearch.start(map, spec, groups, fit);
    riverlinePrint.start(map, spec.words, function (view) {
      if (still(view)) { frame(fitted.bounds); } else { map.fitBounds(view.bounds, { animate: false }); }
    });
    // A popup is as high as its pictures, once they are there.
    map.on('popupopen', function (event) {
      event.popup.getElement().querySelectorAll('img').forEach(function (image) {
        if (!image.complete) { image.addEventListener('load', function () { event.popup.update(); }, { once: true }); }
      });
    });
    function arrange() {
      spec.order.forEach(function (i) { if (map.hasLayer(groups[i])) { groups[i].bringToFront(); } });
    }
    function settle() {
      atScale(map, groups, spec.rows);
      var names = declutter(map);
      riverlineMarks.thin(map, spec.crowded.map(function (set) { return set.map(function (i) { return groups[i]; }); }), names);
      arrange();
    }
    map.on('overlayadd overlayremove zoomend riverlinesettle', settle);
    map.whenReady(settle);
  }

  return { describe: describe, dress: dress, halo: halo, metresOf: metresOf, name: name,
    outline: riverlineMarks.outline, point: riverlineMarks.point, table: table, tip: tip };
})();
