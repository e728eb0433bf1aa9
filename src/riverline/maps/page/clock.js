/* riverline: months on a map, and one column to choose by. Text reaches the page by textContent only. */
var riverlineClock = window.riverlineClock || (function () {
  'use strict';

  function element(tag, text, parent) {
    var node = document.createElement(tag);
    if (text) { node.textContent = text; }
    if (parent) { parent.appendChild(node); }
    return node;
  }

  // Signs are drawn: many fonts have none for pause.
  function sign(button, path) {
    var image = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), shape = document.createElementNS(image.namespaceURI, 'path');
    image.setAttribute('viewBox', '0 0 10 10');
    image.setAttribute('aria-hidden', 'true');
    shape.setAttribute('d', path);
    image.appendChild(shape);
    button.replaceChildren(image);
  }

  var PLAY = 'M2 1L9 5L2 9Z', PAUSE = 'M2 1H4V9H2ZM6 1H8V9H6Z';

  function list(words, values, parent) {
    var select = element('select', '', element('label', words, parent));
    values.forEach(function (each, i) { element('option', each, select).value = i - 1; });
    return select;
  }

  // A choice is the list of values that it shows; null shows all.
  function includes(choice, value) { return !choice || choice.indexOf(value) >= 0; }

  // What is there at a step, and of the chosen value; a feature without steps is always there.
  function shows(feature, state) {
    var own = feature.properties;
    if (own.s && (state.at < own.s[0] || state.at > own.s[1])) { return false; }
    return own.c === undefined || includes(state.choice, own.c);
  }

  function apply(map, children, state) {
    children.forEach(function (each) {
      var seen = each.packed ? each.packed.choose(state.at, state.choice) : 0;
      each.features.forEach(function (layer) {
        var there = shows(layer.feature, state);
        seen += there;
        if (there !== each.layer.hasLayer(layer)) { each.layer[there ? 'addLayer' : 'removeLayer'](layer); }
      });
      each.group.legendItem.querySelector('b').textContent = seen;
    });
    map.fire('riverlinestep', { at: state.at }).fire('riverlinesettle');
  }

  // The control, and what moves it to a step and a choice from elsewhere.
  function build(spec, state, changed) {
    var move = function (at, choice) {
      state.at = at;
      state.choice = choice;
      changed();
    };
    var box = element('div'), row = element('div', '', box);
    box.className = 'riverline-clock leaflet-control';
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
    if (spec.steps.length > 1) {
      var play = element('button', '', row), range = element('input', '', row), timer = null;
      play.type = 'button';
      play.title = spec.words.play;
      sign(play, PLAY);
      range.type = 'range';
      range.min = 0;
      range.max = spec.steps.length - 1;
      range.setAttribute('aria-label', spec.words.month);
      var told = element('output', '', row);
      var show = function (at) {
        state.at = at;
        range.value = at;
        told.textContent = spec.steps[at];
        range.setAttribute('aria-valuetext', spec.steps[at]);
      };
      var stop = function () {
        clearInterval(timer);
        timer = null;
        sign(play, PLAY);
        play.title = spec.words.play;
      };
      range.addEventListener('input', function () { show(Number(range.value)); changed(); });
      play.addEventListener('click', function () {
        if (timer) { stop(); return; }
        sign(play, PAUSE);
        play.title = spec.words.pause;
        show(state.at >= spec.steps.length - 1 ? 0 : state.at + 1);
        changed();
        timer = setInterval(function () {
          if (state.at >= spec.steps.length - 1) { stop(); return; }
          show(state.at + 1);
          changed();
        }, 900);
      });
      show(state.at);
      move = function (at, choice) {
        stop();
        state.choice = choice;
        show(at);
        changed();
      };
    } else { element('output', spec.steps[0] || '', row); }
    if (spec.choices.length > 1) {
      var values = spec.choices.map(function (each) { return each[0]; });
      var select = list(spec.words.facet, [spec.words.every].concat(values), element('div', '', box));
      select.value = spec.chosen;
      select.addEventListener('change', function () { state.choice = chosen(spec, Number(select.value)); changed(); });
      state.told = function () { select.value = -1; };
    }
    return { box: box, move: move };
  }

  // The list of layers: one of them or all; what the legend or the search shows besides leaves it blank.
  function part(map, spec, groups, box) {
    var names = groups.map(function (group) { return group.legendItem.querySelector('span').textContent; });
    var select = list(spec.words.layers, [spec.words.every].concat(names), element('div', '', box));
    function tell() {
      var seen = groups.filter(function (group) { return map.hasLayer(group); });
      select.value = seen.length === groups.length ? -1 : seen.length === 1 ? groups.indexOf(seen[0]) : '';
    }
    select.addEventListener('change', function () {
      var number = Number(select.value);
      groups.forEach(function (group, i) { map[number < 0 || i === number ? 'addLayer' : 'removeLayer'](group); });
    });
    map.on('layeradd layerremove', function (event) { if (groups.indexOf(event.layer) >= 0) { tell(); } });
    tell();
  }

  function chosen(spec, number) { return number < 0 ? null : spec.choices[number][1]; }

  function start(map, spec, groups) {
    var state = { at: spec.at, choice: chosen(spec, spec.chosen) }, children = [];
    groups.forEach(function (group) {
      group.getLayers().forEach(function (layer) {
        if (layer.textsOf && layer.spec.marks.some(function (mark) { return mark !== 'f' && mark !== 'h'; })) {
          children.push({ group: group, packed: layer, features: [] });
        }
        if (!layer.getLayers) { return; }
        var features = layer.getLayers().filter(function (each) { return each.feature; });
        if (features.some(function (each) { return each.feature.properties.s || each.feature.properties.c !== undefined; })) {
          children.push({ group: group, layer: layer, features: features });
        }
      });
    });
    function changed() { apply(map, children, state); }
    var control = L.control({ position: 'bottomleft' }), made = build(spec, state, changed);
    var parted = children.map(function (each) { return each.group; });
    parted = parted.filter(function (group, i) { return parted.indexOf(group) === i; });
    if (spec.words.layers && parted.length > 1) { part(map, spec, parted, made.box); }
    control.onAdd = function () { return made.box; };
    control.addTo(map);
    // What was searched for is shown: in its own month, the last of them, and without a choice that hides it.
    map.on('riverlinereveal', function (event) {
      var span = event.span || [state.at, state.at], choice = state.choice;
      if (event.choice !== undefined && !includes(choice, event.choice)) { choice = null; }
      var at = Math.max(span[0], Math.min(span[1], state.at, spec.steps.length - 1));
      if (at === state.at && choice === state.choice) { return; }
      if (choice !== state.choice && state.told) { state.told(); }
      made.move(at, choice);
    });
    changed();
  }

  return { start: start };
})();
