/* riverline: keys of online basemaps are asked for when the page is opened, and kept by the browser, not by the file. */
var riverlineKeys = (function () {
  'use strict';
  var EMPTY = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
  var options = L.TileLayer.prototype.options, create = L.TileLayer.prototype.createTile, layers = [], boxes = {};

  function waiting(layer) {
    return /\{riverlineKey\d+\}/.test(layer._url || '') && layer._url.match(/riverlineKey\d+/g).some(function (name) { return !options[name]; });
  }

  L.TileLayer.include({
    createTile: function (coords, done) {
      if (!waiting(this)) { return create.call(this, coords, done); }
      var tile = L.DomUtil.create('img');
      tile.alt = '';
      tile.src = EMPTY;
      setTimeout(function () { done(null, tile); }, 0);
      return tile;
    }
  });
  L.TileLayer.addInitHook(function () {
    var layer = this, names = (layer._url || '').match(/riverlineKey\d+/g);
    if (!names) { return; }
    layers.push(layer);
    // A key that the server turns away is asked for again.
    layer.on('tileerror', function () { names.forEach(function (name) { if (boxes[name]) { boxes[name](); } }); });
  });

  function kept(host) { try { return localStorage.getItem('riverline-key:' + host) || ''; } catch (error) { return ''; } }
  function keep(host, key) { try { localStorage.setItem('riverline-key:' + host, key); } catch (error) { /* asked for again next time */ } }

  function use(name, key) {
    options[name] = encodeURIComponent(key);
    layers.forEach(function (layer) { if (layer._map) { layer.redraw(); } });
  }

  function box(name, host, texts) {
    var words = document.documentElement.lang.indexOf('en') === 0 ? texts.en : texts.zh;
    var place = document.createElement('div'), label = document.createElement('label'), field = document.createElement('input');
    var button = document.createElement('button'), close = document.createElement('button');
    place.className = 'riverline-key';
    label.textContent = words.ask.replace('{host}', host);
    field.autocomplete = 'off';
    field.spellcheck = false;
    button.textContent = words.use;
    close.textContent = '\u00d7';
    close.setAttribute('aria-label', words.close);
    function give() {
      var key = field.value.trim();
      if (!key) { return; }
      keep(host, key);
      place.remove();
      use(name, key);
    }
    button.addEventListener('click', give);
    field.addEventListener('keydown', function (event) { if (event.key === 'Enter') { give(); } });
    close.addEventListener('click', function () { place.remove(); boxes[name] = null; });
    field.setAttribute('aria-label', label.textContent);
    label.appendChild(field);
    [label, button, close].forEach(function (each) { place.appendChild(each); });
    return function () { if (!place.parentNode) { document.body.appendChild(place); } };
  }

  function ask(keys, words) {
    keys.forEach(function (each) {
      var name = each[0], host = each[1], key = kept(host);
      // The page says its language when it is complete.
      boxes[name] = function () { boxes[name] = box(name, host, words); boxes[name](); };
      options[name] = key ? encodeURIComponent(key) : '';
      if (!key) { document.addEventListener('DOMContentLoaded', function () { boxes[name](); }); }
    });
  }

  return { ask: ask };
})();
