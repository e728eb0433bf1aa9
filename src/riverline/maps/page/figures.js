/* riverline: what popups draw beside their rows: curves over the days, pictures. Text by textContent only. */
var riverlineFigures = window.riverlineFigures || (function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg', WIDE = 320, HIGH = 112, LEFT = 32, RIGHT = 8, TOP = 8, BOTTOM = 20;

  function shape(tag, attributes, parent, text) {
    var node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    if (text) { node.textContent = text; }
    parent.appendChild(node);
    return node;
  }

  function element(tag, text, parent) {
    var node = document.createElement(tag);
    if (text) { node.textContent = text; }
    parent.appendChild(node);
    return node;
  }

  // Straight from day to day; days without a value are left out.
  function curves(figure, parent) {
    var days = figure.days.map(function (day) { return Date.parse(day); });
    var values = [].concat.apply([], figure.curves.map(function (curve) { return curve.values; }))
      .filter(function (value) { return value !== null; });
    var low = Math.min.apply(null, values.concat([0])), high = Math.max.apply(null, values.concat([0]));
    var span = days[days.length - 1] - days[0] || 1, range = high - low || 1;
    function x(day) { return LEFT + 6 + (WIDE - LEFT - RIGHT - 12) * (day - days[0]) / span; }
    function y(value) { return TOP + (HIGH - TOP - BOTTOM) * (high - value) / range; }
    var svg = shape('svg', { width: WIDE, height: HIGH, viewBox: '0 0 ' + WIDE + ' ' + HIGH, role: 'img' }, parent);
    shape('title', {}, svg, figure.title);
    days.forEach(function (day, i) {
      if (figure.shows[i]) {
        shape('line', { x1: x(day), x2: x(day), y1: TOP, y2: HIGH - BOTTOM, 'class': 'shows' }, svg);
      }
    });
    shape('line', { x1: LEFT, x2: WIDE - RIGHT, y1: y(0), y2: y(0), 'class': 'axis' }, svg);
    [low, high].forEach(function (value) {
      shape('text', { x: LEFT - 4, y: y(value) + 3, 'text-anchor': 'end' }, svg, value.toFixed(2));
    });
    shape('text', { x: LEFT, y: HIGH - 5 }, svg, figure.days[0]);
    if (days.length > 1) {
      shape('text', { x: WIDE - RIGHT, y: HIGH - 5, 'text-anchor': 'end' }, svg, figure.days[days.length - 1]);
    }
    figure.curves.forEach(function (curve) {
      var known = days.map(function (day, i) { return i; }).filter(function (i) { return curve.values[i] !== null; });
      var points = known.map(function (i) { return x(days[i]).toFixed(1) + ',' + y(curve.values[i]).toFixed(1); });
      shape('polyline', { points: points.join(' '), stroke: curve.color, 'stroke-dasharray': curve.dash, fill: 'none',
        'stroke-width': 1.6 }, svg);
      known.forEach(function (i) { shape('circle', { cx: x(days[i]), cy: y(curve.values[i]), r: 2.4, fill: curve.color }, svg); });
    });
    var list = element('p', '', parent);
    figure.curves.forEach(function (curve) { element('span', '● ' + curve.label, list).style.color = curve.color; });
    if (figure.shows.some(Boolean)) { element('span', '┃ ' + figure.marked, list).className = 'marked'; }
  }

  // Photographs of a page, each once: figures name them by number; URL, width, height.
  var pool = [];

  function keep(pictures) { pool = pictures; }

  function draw(figure, parent) {
    var box = element('div', '', parent);
    box.className = 'riverline-figure';
    if (figure.picture) {
      var picture = element('img', '', box);
      picture.alt = figure.alt;
      picture.src = figure.picture;
    }
    (figure.photos || []).forEach(function (photo) {
      var framed = element('figure', '', box), image = element('img', '', framed);
      image.alt = photo.alt;
      var held = pool[photo.at], share = Math.min(1, WIDE / held[1], 240 / held[2]);
      image.width = Math.round(share * held[1]);
      image.height = Math.round(share * held[2]);
      image.src = held[0];
      element('figcaption', photo.note, framed);
    });
    if (figure.days && !figure.picture) { curves(figure, box); }
    if (figure.note) { element('p', figure.note, box); }
  }

  return { draw: draw, keep: keep };
})();
