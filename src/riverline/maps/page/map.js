/* riverline: what Leaflet does not do for us. Text from data reaches the page by textContent only. */
var riverline = window.riverline || (function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg';
  var CORNERS = { square: [4, Math.PI / 4], triangle: [3, 0], diamond: [4, 0], pentagon: [5, 0], star: [10, 0] };

  function element(tag, text, parent) {
    var node = document.createElement(tag);
    if (text) { node.textContent = text; }
    if (parent) { parent.appendChild(node); }
    return node;
  }

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

  var Shape = L.CircleMarker.extend({
    _updatePath: function () {
      var renderer = this._renderer, ctx = renderer._ctx, points = outline(this.options.shape, this._radius);
      if (!points || !ctx) { L.CircleMarker.prototype._updatePath.call(this); return; }
      if (!renderer._drawing || this._empty()) { return; }
      ctx.beginPath();
      points.forEach(function (p, i) { ctx[i ? 'lineTo' : 'moveTo'](this._point.x + p[0], this._point.y + p[1]); }, this);
      ctx.closePath();
      renderer._fillStroke(ctx, this);
    }
  });

  function point(options) {
    return function (feature, latlng) { return new Shape(latlng, options); };
  }

  function name(texts) {
    return function (feature, latlng) {
      var text = element('span', texts[feature.properties.t]);
      var icon = L.divIcon({ className: 'riverline-name', html: text, iconSize: [0, 0] });
      return L.marker(latlng, { icon: icon, interactive: false, keyboard: false });
    };
  }

  // Popup and tooltip of every feature of a layer: rows of (label, text), built when they are opened.
  function describe(spec) {
    function texts(feature) { return feature.properties.t.map(function (i) { return spec.texts[i]; }); }
    function popup(layer) {
      var table = element('table'), values = texts(layer.feature);
      table.className = 'riverline-popup';
      element('caption', spec.title, table);
      spec.fields.forEach(function (label, i) {
        if (!values[i]) { return; }
        var row = element('tr', '', table);
        element('th', label, row).scope = 'row';
        element('td', values[i], row);
      });
      var number = layer.feature.properties.f;
      if (!spec.figures || number === undefined) { return table; }
      var box = element('div');
      riverlineFigures.draw(spec.figures[number], box);
      box.appendChild(table);
      return box;
    }
    function tip(layer) {
      var values = texts(layer.feature);
      var parts = spec.tip.map(function (i) { return values[i]; }).filter(Boolean);
      return element('span', parts.join(' · ') || spec.title);
    }
    return function (feature, layer) {
      var weight = layer.options.weight;
      var wide = spec.figures && spec.figures.some(function (figure) { return figure.picture; });
      layer.bindPopup(popup, { maxWidth: wide ? 620 : 380, autoPanPaddingTopLeft: [60, 60] }).bindTooltip(tip, { sticky: true });
      if (spec.hover) {
        layer.on('mouseover', function () { layer.setStyle({ weight: weight + 2 }); });
        layer.on('mouseout', function () { layer.setStyle({ weight: weight }); });
      }
    };
  }

  // A band around the features of other layers that have the value; made when it is first shown.
  function halo(group, sources, value, options) {
    function fill() {
      var settings = L.extend({}, options, { interactive: false, fill: false });
      sources.forEach(function (source) {
        source.eachLayer(function (layer) {
          if (layer.feature.properties.h !== value) { return; }
          if (layer.getLatLng) { group.addLayer(L.circleMarker(layer.getLatLng(), settings)); }
          else if (layer.getLatLngs) { group.addLayer(L.polyline(closed(layer), settings)); }
        });
      });
    }
    // A band as wide as at 1:2,000 would cover the two banks of a river that is a few pixels wide.
    function fit() {
      var metres = 40075016.7 * Math.cos(this.getCenter().lat * Math.PI / 180) / Math.pow(2, this.getZoom() + 8);
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
    if (kind === 'line') { shape('line', L.extend(paint, { x1: 1, y1: 9, x2: 37, y2: 9, fill: 'none' }), svg); }
    if (kind === 'area') { shape('rect', L.extend(paint, { x: 4, y: 3, width: 30, height: 12 }), svg); }
    if (kind === 'point') {
      var points = outline(style.shape, Math.min(style.radius, 8)), place = { transform: 'translate(19 9)' };
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
      if (map.getSize().x < 720 || map.getSize().y < 420) { box.classList.add('folded'); }
      L.DomEvent.on(head, 'click keydown', function (event) {
        if (event.type === 'click' || event.key === 'Enter') { box.classList.toggle('folded'); }
      });
      var lists = {};
      var headed = spec.rows.some(function (row) { return row.heading; });
      spec.rows.forEach(function (row, i) {
        var heading = row.heading || (headed ? spec.words.other : ''), list = lists[heading];
        if (!list) { list = lists[heading] = { title: element('h3', heading, box), items: element('ul', '', box) }; }
        var item = element('li', '', list.items);
        item.appendChild(swatch(row.kind, row.style));
        element('span', row.label, item);
        element('b', String(row.count), item);
        function follow() {
          item.hidden = !map.hasLayer(groups[i]);
          list.title.hidden = !list.items.querySelector('li:not([hidden])');
        }
        groups[i].on('add remove', follow);
        map.on('overlayadd overlayremove', follow);
        follow();
      });
      if (spec.notice) {
        var notice = element('div', '', box), told = element('ul', '', notice);
        notice.className = 'riverline-notice';
        notice.insertBefore(element('h3', spec.notice.title), told);
        spec.notice.rows.forEach(function (text) { element('li', text, told); });
      }
      element('p', spec.note, box);
      return box;
    };
    return control.addTo(map);
  }

  // Names that would cover one that is already there, or repeat it nearby, are hidden at this zoom.
  function declutter(map) {
    var taken = [];
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
  }

  // Everything around the layers: title, zoom, scale, legend, corner text, drawing order.
  function dress(map, spec, groups) {
    document.documentElement.lang = spec.words.lang;
    map.getContainer().classList.add('riverline');
    L.control.zoom({ zoomInTitle: spec.words.zoom_in, zoomOutTitle: spec.words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    map.attributionControl.setPrefix(false).addAttribution(spec.corner);
    if (spec.title) { element('div', spec.title, map.getContainer()).className = 'riverline-title'; }
    var box = legend(map, spec, groups).getContainer();
    if (spec.bounds) {
      var right = box.classList.contains('folded') ? 30 : box.offsetWidth + 24;
      map.fitBounds(spec.bounds, {
        paddingTopLeft: [30, spec.title ? 66 : 30], paddingBottomRight: [right, 40], maxZoom: 17, animate: false
      });
    }
    function arrange() {
      spec.order.forEach(function (i) { if (map.hasLayer(groups[i])) { groups[i].bringToFront(); } });
    }
    map.on('overlayadd', arrange).on('overlayadd zoomend', function () { declutter(map); });
    map.whenReady(function () { arrange(); declutter(map); });
  }

  return { describe: describe, dress: dress, halo: halo, name: name, point: point };
})();
