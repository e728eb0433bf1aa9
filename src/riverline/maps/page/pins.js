/* riverline: what folium.Icon draws, for no package carries its plugin: a pin of a colour with the icon of a font on it. */
(function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg', COLORS = { red: '#cf3a2b', darkred: '#9b2f33', lightred: '#f28b7d', orange: '#ee932f', beige: '#f6c592',
    green: '#6fa524', darkgreen: '#6c7d20', lightgreen: '#b4ea70', blue: '#3498cf', darkblue: '#1a6296', cadetblue: '#426977', lightblue: '#86d1f5',
    purple: '#c74dae', darkpurple: '#593869', pink: '#f58ade', white: '#f7f7f7', gray: '#575757', lightgray: '#a3a3a3', black: '#303030' };

  var Icon = L.Icon.extend({
    options: { iconSize: [34, 44], iconAnchor: [17, 43], popupAnchor: [1, -36], tooltipAnchor: [12, -28], className: 'awesome-marker riverline-pin',
      prefix: 'glyphicon', icon: 'home', markerColor: 'blue', iconColor: 'white', extraClasses: '', spin: false, spinClass: 'fa-spin' },

    createIcon: function (old) {
      var options = this.options, box = old && old.tagName === 'DIV' ? old : document.createElement('div');
      var svg = document.createElementNS(SVG, 'svg'), pin = document.createElementNS(SVG, 'path');
      svg.setAttribute('viewBox', '0 0 34 44');
      svg.setAttribute('width', 34);
      svg.setAttribute('height', 44);
      pin.setAttribute('d', 'M17 43C14 32 2 28 2 16.500A15 15 0 0 1 32 16.500C32 28 20 32 17 43z');
      pin.style.fill = COLORS[options.markerColor] || options.markerColor;
      pin.style.stroke = 'rgba(20, 30, 40, .55)';
      svg.appendChild(pin);
      box.replaceChildren(svg);
      if (options.icon) { box.appendChild(this._symbol(options)); }
      this._setIconStyles(box, 'icon');
      return box;
    },

    createShadow: function () { return null; },

    _symbol: function (options) {
      var symbol = document.createElement('i'), prefix = options.prefix, whole = options.icon.indexOf(prefix + '-') === 0;
      var turned = /\bfa-rotate-(\d+)/.exec(options.extraClasses);
      symbol.className = [prefix, whole ? options.icon : prefix + '-' + options.icon, options.spin ? options.spinClass : '', options.extraClasses].join(' ');
      symbol.style.color = options.iconColor;
      if (turned && +turned[1]) { symbol.style.transform = 'rotate(' + turned[1] + 'deg)'; }
      return symbol;
    }
  });

  L.AwesomeMarkers = L.AwesomeMarkers || { Icon: Icon, icon: function (options) { return new Icon(options); } };
})();
