/* riverline: finds features by name, code or number and goes there. Text reaches the page by textContent only. */
var riverlineSearch = window.riverlineSearch || (function () {
  'use strict';
  var MOST = 40, CLOSE = 17, NOT = 4;

  function element(tag, text, parent) {
    var node = document.createElement(tag);
    if (text) { node.textContent = text; }
    if (parent) { parent.appendChild(node); }
    return node;
  }

  // Full-width letters, capitals and spaces make no difference.
  function plain(text) { return String(text).normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim(); }

  function leaves(layer, found) {
    if (layer.told) { found.push(layer); } else if (layer.eachLayer) { layer.eachLayer(function (each) { leaves(each, found); }); }
    return found;
  }

  // What can be found, noted before anything is taken off the map for its month or its scale.
  function sourcesOf(groups) {
    var found = [];
    groups.forEach(function (group, order) {
      var marks = [];
      if (!group.getLayers) { return; }
      group.getLayers().forEach(function (layer) {
        if (layer.textsOf) { found.push({ group: group, order: order, packed: layer, spec: layer.spec }); } else { leaves(layer, marks); }
      });
      if (marks.length) { found.push({ group: group, order: order, marks: marks, spec: marks[0].told }); }
    });
    return found.filter(function (source) { return source.spec.find.length; });
  }

  // Without the zeros that numbers begin with: 026 is 26.
  function loose(text) { return text.replace(/(^|[^0-9.])0+(?=[0-9])/g, '$1'); }

  // Whether a text has a term as whole numbers and words: 26 is no part of 126 or 260.
  function within(text, term) {
    for (var at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) {
      if (!/[0-9]/.test(text.charAt(at - 1)) && !/[0-9]/.test(text.charAt(at + term.length))) { return true; }
    }
    return false;
  }

  // How well a term fits each text of a source: 0 is the text or its name or the code in brackets after it, 1 its beginning,
  // 2 a part, 3 the same but for zeros before numbers; NOT not at all.
  function fits(source, term) {
    source.plain = source.plain || source.spec.texts.map(plain);
    var number = /[0-9]/.test(term) && loose(term);
    return source.plain.map(function (text) {
      var at = text.indexOf(term);
      if (at < 0) { return number && within(loose(text), number) ? 3 : NOT; }
      return text.split(/[()]/).indexOf(term) >= 0 ? 0 : at ? 2 : 1;
    });
  }

  function reader(source) {
    if (source.packed) {
      var data = source.packed.read();
      return { count: source.spec.count, text: function (feature, field) { return data.texts[field][feature]; } };
    }
    return { count: source.marks.length, text: function (i, field) { return source.marks[i].feature.properties.t[field]; } };
  }

  function spanOf(source, i) { return source.packed ? source.packed.spanOf(i) : source.marks[i].feature.properties.s; }

  // Whether a field says what a feature is called itself: its river does where it has no name of its own.
  function calls(source, rows, i, field) {
    if (field[1] < 2) { return !field[1]; }
    return source.spec.find.every(function (other) { return other[1] || !source.spec.texts[rows.text(i, other[0])]; });
  }

  // Every term has to be in some field; what a feature is called counts before what it belongs to.
  function search(sources, text, at) {
    var terms = plain(text).split(' ').filter(Boolean), found = [], seen = {};
    if (!terms.length) { return found; }
    sources.forEach(function (source) {
      var tables = terms.map(function (term) { return fits(source, term); });
      if (tables.some(function (table) { return table.every(function (fit) { return fit === NOT; }); })) { return; }
      var rows = reader(source), fields = source.spec.find;
      for (var i = 0; i < rows.count; i++) {
        var cost = 0;
        for (var t = 0; t < tables.length && cost < 99; t++) {
          var best = 99;
          for (var f = 0; f < fields.length; f++) {
            var fit = tables[t][rows.text(i, fields[f][0])];
            if (fit < NOT) { best = Math.min(best, (calls(source, rows, i, fields[f]) ? 0 : NOT) + fit); }
          }
          cost = best === 99 ? 99 : cost + best;
        }
        if (cost < 99) { found.push({ source: source, at: i, cost: cost }); }
      }
    });
    found.forEach(function (each) {
      var span = at === null ? null : spanOf(each.source, each.at);
      each.away = span && (at < span[0] || at > span[1]) ? 1 : 0;
    });
    found.sort(function (a, b) {
      return a.cost - b.cost || a.away - b.away || a.source.order - b.source.order || a.at - b.at;
    });
    // A problem that was in several states is one.
    return found.filter(function (each) {
      if (!spanOf(each.source, each.at)) { return true; }
      var key = each.source.spec.title.split(/：|: /)[0] + '\n' + called(each).join('\n');
      if (seen[key]) { return false; }
      return (seen[key] = true);
    });
  }

  // What a feature is called, and what it belongs to.
  function called(found) {
    var spec = found.source.spec, rows = reader(found.source);
    var texts = spec.find.map(function (field) { return { own: calls(found.source, rows, found.at, field), text: spec.texts[rows.text(found.at, field[0])] }; })
      .filter(function (each) { return each.text; });
    texts.sort(function (a, b) { return b.own - a.own; });
    var unique = texts.map(function (each) { return each.text; });
    return unique.filter(function (text, i) { return unique.indexOf(text) === i; });
  }

  function boundsOf(layer) { return layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]); }

  // There, visible whatever layer, month, side or scale hides it, with its popup open.
  function go(map, spec, fit, found) {
    var source = found.source, mark = source.packed ? null : source.marks[found.at];
    var bounds = mark ? boundsOf(mark) : source.packed.boundsOf(found.at), row = spec.rows[source.order];
    map.closePopup().fire('riverlinepanel', { panel: 'popup' });
    if (!map.hasLayer(source.group)) { map.addLayer(source.group); }
    map.fire('riverlinereveal', {
      span: spanOf(source, found.at), choice: source.packed ? source.packed.choiceOf(found.at) : mark.feature.properties.c,
      pane: source.packed ? source.packed.spec.pane : mark.options && mark.options.pane
    });
    if (bounds.getNorthEast().equals(bounds.getSouthWest())) {
      map.setView(bounds.getCenter(), Math.max(map.getZoom(), CLOSE), { animate: false });
    } else { fit(bounds); }
    if (row && row.scale && source.group.seen === false) {
      var metres = riverline.metresOf(map), wanted = metres > row.scale[1] ? 0.8 * row.scale[1] : 1.2 * row.scale[0];
      map.setView(bounds.getCenter(), map.getZoom() + Math.log2(metres / wanted), { animate: false });
    }
    if (!mark) { source.packed.open(found.at); return; }
    mark.openPopup(mark.getLatLng ? mark.getLatLng() : mark.getCenter ? mark.getCenter() : bounds.getCenter());
  }

  function start(map, spec, groups, fit) {
    var sources = sourcesOf(groups), words = spec.words, state = { found: [], active: -1, at: null };
    if (!sources.length) { return; }
    map.on('riverlinestep', function (event) { state.at = event.at; });
    var control = L.control({ position: 'topright' });
    control.onAdd = function () {
      var box = element('div'), input = element('input', '', box), list = element('ul', '', box), told = element('p', '', box);
      box.className = 'riverline-search leaflet-control';
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      list.id = 'riverline-search-' + L.stamp(map);
      list.setAttribute('role', 'listbox');
      told.setAttribute('role', 'status');
      var about = { type: 'search', placeholder: words.search, title: words.search_hint, autocomplete: 'off', spellcheck: 'false',
        role: 'combobox', 'aria-label': words.search_hint, 'aria-controls': list.id, 'aria-expanded': 'false' };
      Object.keys(about).forEach(function (key) { input.setAttribute(key, about[key]); });
      function close() {
        list.textContent = told.textContent = '';
        state.found = [];
        state.active = -1;
        input.setAttribute('aria-expanded', 'false');
        input.removeAttribute('aria-activedescendant');
      }
      function choose(i) {
        var found = state.found[i];
        close();
        input.blur();
        go(map, spec, fit, found);
      }
      function mark(i) {
        state.active = i;
        [].forEach.call(list.children, function (item, n) { item.setAttribute('aria-selected', String(n === i)); });
        if (list.children[i]) {
          input.setAttribute('aria-activedescendant', list.children[i].id);
          list.children[i].scrollIntoView({ block: 'nearest' });
        }
      }
      function ask() {
        close();
        if (!input.value.trim()) { return; }
        state.found = search(sources, input.value, state.at);
        state.found.slice(0, MOST).forEach(function (found, i) {
          var item = element('li', '', list), names = called(found);
          item.id = list.id + '-' + i;
          item.setAttribute('role', 'option');
          element('b', names[0], item);
          element('span', [found.source.spec.title].concat(names.slice(1, 3)).join(' · '), item);
          // Before the box loses the focus.
          item.addEventListener('mousedown', function (event) { event.preventDefault(); choose(i); });
        });
        var count = state.found.length;
        told.textContent = !count ? words.search_none : count > MOST ?
          words.search_more.replace('{count}', count).replace('{shown}', MOST) : words.search_count.replace('{count}', count);
        input.setAttribute('aria-expanded', String(count > 0));
        if (count) { mark(0); }
      }
      var waiting;
      input.addEventListener('input', function () { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
      input.addEventListener('focus', ask);
      input.addEventListener('blur', close);
      input.addEventListener('keydown', function (event) {
        var shown = list.children.length;
        event.stopPropagation();
        if (event.key === 'Escape') { close(); return; }
        if (event.key === 'Enter') {
          clearTimeout(waiting);
          var active = state.active;
          if (!shown || event.isComposing) { if (!event.isComposing) { ask(); } active = state.active; }
          if (active >= 0 && state.found[active] && !event.isComposing) { choose(active); }
          return;
        }
        if (!shown || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) { return; }
        event.preventDefault();
        mark((state.active + (event.key === 'ArrowDown' ? 1 : shown - 1)) % shown);
      });
      return box;
    };
    control.addTo(map);
  }

  return { start: start };
})();
