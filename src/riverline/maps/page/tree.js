/* riverline: the layer control as a tree. Categories of one layer stand under its name, with one box for all of them. */
var riverlineTree = (function () {
  'use strict';
  // From so many rows on the tree opens folded: the control must not cover the map.
  var MANY = 14;

  function element(tag, name, parent) {
    var node = document.createElement(tag);
    node.className = name;
    parent.appendChild(node);
    return node;
  }

  var Tree = L.Control.Layers.extend({
    // Leaflet makes the rows anew whenever a layer comes or goes; what was folded stays so.
    _update: function () {
      this._branches = {};
      L.Control.Layers.prototype._update.call(this);
      this._say();
      return this;
    },

    // What the button says.
    _initLayout: function () {
      L.Control.Layers.prototype._initLayout.call(this);
      this._layersLink.title = this.options.title;
      this._layersLink.setAttribute('aria-label', this.options.title);
    },

    expand: function () {
      if (this._map) { this._map.fire('riverlinepanel', { panel: 'tree' }); }
      return L.Control.Layers.prototype.expand.call(this);
    },

    _addItem: function (obj) {
      var label = L.Control.Layers.prototype._addItem.call(this, obj);
      var heading = obj.overlay ? this._heading(obj.layer) : '';
      if (!heading) { return label; }
      var text = label.querySelector('span span'), inner = text.textContent.trim().slice(heading.length);
      text.textContent = ' ';
      element('span', 'riverline-heading', text).textContent = heading;
      text.appendChild(document.createTextNode(inner));
      var branch = this._branches[heading] || this._branch(heading);
      branch.leaves.appendChild(label);
      branch.inputs.push(label.querySelector('input'));
      return label;
    },

    // What a layer's title begins with, where another one begins so too.
    _heading: function (layer) { return this.options.headings[L.stamp(layer)] || ''; },

    _branch: function (heading) {
      var box = element('div', 'riverline-branch', this._overlaysList), head = element('div', 'riverline-branch-head', box);
      var all = element('input', 'riverline-branch-all', head), fold = element('button', '', head);
      var branch = this._branches[heading] = { box: box, all: all, fold: fold, inputs: [], leaves: element('div', 'riverline-leaves', box) };
      var title = heading.replace(/[：:]\s*$/, '');
      all.type = 'checkbox';
      all.setAttribute('aria-label', title);
      fold.type = 'button';
      fold.textContent = title;
      L.DomEvent.on(fold, 'click', function () {
        this._folded[heading] = !this._folded[heading];
        this._say();
      }, this);
      L.DomEvent.on(all, 'click', function () {
        branch.inputs.forEach(function (input) { input.checked = all.checked; });
        this._onInputClick();
      }, this);
      return branch;
    },

    _onInputClick: function () {
      L.Control.Layers.prototype._onInputClick.apply(this, arguments);
      this._say();
    },

    // Boxes say all, some or none; how many are on stands beside a folded name.
    _say: function () {
      Object.keys(this._branches).forEach(function (heading) {
        var branch = this._branches[heading], folded = Boolean(this._folded[heading]);
        var on = branch.inputs.filter(function (input) { return input.checked; }).length;
        branch.all.checked = on === branch.inputs.length;
        branch.all.indeterminate = on > 0 && on < branch.inputs.length;
        branch.box.classList.toggle('folded', folded);
        branch.fold.setAttribute('aria-expanded', String(!folded));
        branch.fold.dataset.on = on + '/' + branch.inputs.length;
      }, this);
    }
  });

  // `titles` are [layer, heading] of the rows that may stand under one.
  return {
    control: function (base, overlays, titles, options) {
      var count = {}, headings = {};
      titles.forEach(function (pair) { count[pair[1]] = (count[pair[1]] || 0) + 1; });
      titles.forEach(function (pair) { if (count[pair[1]] > 1) { headings[L.stamp(pair[0])] = pair[1]; } });
      var tree = new Tree(base, overlays, L.extend({}, options, { headings: headings }));
      tree._folded = {};
      if (Object.keys(overlays).length > MANY) {
        Object.keys(count).forEach(function (heading) { tree._folded[heading] = true; });
      }
      return tree;
    }
  };
})();
