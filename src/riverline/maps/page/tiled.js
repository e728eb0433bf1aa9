/* riverline: PMTiles that lie in the page, read at once and not later, as paper and clicks do not wait. */
var riverlineTiled = window.riverlineTiled || (function () {
  'use strict';
  var WORLD = Math.pow(2, 29), KEPT = 400, LONGEST = 15, GZIP_HEAD = 10;
  var ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

  // Lengths and distances of copies by their code: a base, and how many bits more.
  function bases(first, group, count) {
    var found = [], value = first;
    for (var i = 0; i < count; i++) {
      var more = Math.max(0, Math.floor(i / group) - 1);
      found.push([value, more]);
      value += 1 << more;
    }
    return found;
  }
  var DISTANCES = bases(1, 2, 30), COPIES = bases(3, 4, 28).concat([[258, 0]]);

  // What the next bits of a stream may be → the symbol and how many of the bits it takes.
  function book(lengths) {
    var longest = Math.max.apply(null, lengths), table = new Int32Array(1 << longest), counts = new Int32Array(LONGEST + 1);
    var next = new Int32Array(LONGEST + 2), symbol, bits;
    lengths.forEach(function (length) { if (length) { counts[length]++; } });
    for (bits = 1; bits <= LONGEST; bits++) { next[bits + 1] = (next[bits] + counts[bits]) << 1; }
    for (symbol = 0; symbol < lengths.length; symbol++) {
      var length = lengths[symbol], code = length ? next[length]++ : 0, mirrored = 0;
      if (!length) { continue; }
      for (bits = 0; bits < length; bits++) { mirrored |= ((code >> bits) & 1) << (length - 1 - bits); }
      for (; mirrored < table.length; mirrored += 1 << length) { table[mirrored] = symbol << 4 | length; }
    }
    return { table: table, longest: longest };
  }

  function times(length, count) { return new Array(count).fill(length); }
  var FIXED = [book([].concat(times(8, 144), times(9, 112), times(7, 24), times(8, 8))), book(times(5, 30))];

  // RFC 1951 and 1952: a gzip member without a name, as GDAL writes it.
  function gunzip(bytes) {
    var end = bytes.length, size = bytes[end - 4] | bytes[end - 3] << 8 | bytes[end - 2] << 16 | bytes[end - 1] << 24;
    var out = new Uint8Array(size), to = 0, at = GZIP_HEAD, hold = 0, held = 0, last = 0;
    function take(count) {
      while (held < count) { hold |= bytes[at++] << held; held += 8; }
      var value = hold & ((1 << count) - 1);
      hold >>>= count;
      held -= count;
      return value;
    }
    function symbol(codes) {
      while (held < codes.longest) { hold |= (bytes[at++] || 0) << held; held += 8; }
      var found = codes.table[hold & ((1 << codes.longest) - 1)], length = found & 15;
      if (!length) { throw new Error('tiles of this page are damaged'); }
      hold >>>= length;
      held -= length;
      return found >> 4;
    }
    function books() {
      var literals = take(5) + 257, distances = take(5) + 1, count = take(4) + 4, lengths = times(0, 19), found = [];
      for (var i = 0; i < count; i++) { lengths[ORDER[i]] = take(3); }
      var codes = book(lengths);
      while (found.length < literals + distances) {
        var each = symbol(codes);
        if (each < 16) { found.push(each); continue; }
        var again = each === 16 ? found[found.length - 1] : 0, often = each === 16 ? 3 + take(2) : each === 17 ? 3 + take(3) : 11 + take(7);
        while (often--) { found.push(again); }
      }
      return [book(found.slice(0, literals)), book(found.slice(literals))];
    }
    function copy(pair) {
      for (var each = symbol(pair[0]); each !== 256; each = symbol(pair[0])) {
        if (each < 256) { out[to++] = each; continue; }
        var length = COPIES[each - 257], count = length[0] + take(length[1]);
        var distance = DISTANCES[symbol(pair[1])], from = to - distance[0] - take(distance[1]);
        while (count--) { out[to++] = out[from++]; }
      }
    }
    function store() {
      at -= held >> 3;
      hold = held = 0;
      var count = bytes[at] | bytes[at + 1] << 8;
      out.set(bytes.subarray(at + 4, at + 4 + count), to);
      at += 4 + count;
      to += count;
    }
    while (!last) {
      last = take(1);
      var kind = take(2);
      if (kind === 0) { store(); } else { copy(kind === 1 ? FIXED : books()); }
    }
    return out;
  }

  // Numbers of seven bits a byte, from a place on.
  function reader(bytes, at, end) {
    return {
      end: end === undefined ? bytes.length : end,
      at: at || 0,
      next: function () {
        var value = 0, factor = 1, byte;
        do { byte = bytes[this.at++]; value += (byte & 127) * factor; factor *= 128; } while (byte > 127);
        return value;
      },
      // The fields of a message: number, value, and where the bytes of the value lie.
      fields: function (each) {
        while (this.at < this.end) {
          var tag = this.next(), kind = tag & 7, value = 0, from = this.at;
          if (kind === 0) { value = this.next(); }
          else if (kind === 2) { value = this.next(); from = this.at; this.at += value; }
          else { this.at += kind === 1 ? 8 : 4; }
          each(tag >> 3, value, from);
        }
      }
    };
  }

  // The number of a tile along the curve that the files are ordered by.
  function along(zoom, x, y) {
    var number = (Math.pow(4, zoom) - 1) / 3;
    for (var side = Math.pow(2, zoom - 1); side >= 1; side /= 2) {
      var right = (x & side) > 0 ? 1 : 0, low = (y & side) > 0 ? 1 : 0;
      number += side * side * ((3 * right) ^ low);
      if (!low) {
        if (right) { x = side - 1 - (x & (side - 1)); y = side - 1 - (y & (side - 1)); }
        var swapped = x;
        x = y;
        y = swapped;
      }
    }
    return number;
  }

  // One file: what is in a tile, null if there is none.
  function archive(text) {
    var raw = atob(text), bytes = Uint8Array.from(raw, function (sign) { return sign.charCodeAt(0); });
    var view = new DataView(bytes.buffer);
    function long(at) { return view.getUint32(at, true) + view.getUint32(at + 4, true) * 4294967296; }
    var leaves = long(40), tiles = long(56), known = {};
    function directory(from, length) {
      if (known[from]) { return known[from]; }
      var rows = reader(gunzip(bytes.subarray(from, from + length))), count = rows.next(), found = [], i, value = 0;
      for (i = 0; i < count; i++) { value += rows.next(); found.push({ first: value }); }
      ['run', 'length', 'from'].forEach(function (name) { for (i = 0; i < count; i++) { found[i][name] = rows.next(); } });
      found.forEach(function (row, at) { row.from = row.from ? row.from - 1 : found[at - 1].from + found[at - 1].length; });
      return (known[from] = found);
    }
    function lookup(number, from, length) {
      var rows = directory(from, length), low = 0, high = rows.length - 1;
      while (low < high) {
        var half = (low + high + 1) >> 1;
        if (rows[half].first <= number) { low = half; } else { high = half - 1; }
      }
      var row = rows[low];
      if (!row || row.first > number) { return null; }
      if (!row.run) { return lookup(number, leaves + row.from, row.length); }
      return number < row.first + row.run ? bytes.subarray(tiles + row.from, tiles + row.from + row.length) : null;
    }
    return {
      first: bytes[100],
      last: bytes[101],
      tile: function (zoom, x, y) { return zoom < bytes[100] ? null : lookup(along(zoom, x, y), long(8), long(16)); }
    };
  }

  // The features of a tile as the canvas has its own: where parts and vertices begin, places on the grid of the world; and the
  // number of each.
  function decode(every, zoom, x, y) {
    var side = WORLD / Math.pow(2, zoom), found = [];
    every.forEach(function (packed) {
      var bytes = gunzip(packed);
      reader(bytes).fields(function (field, length, from) {
        if (field === 3) { layer(bytes, from, from + length); }
      });
    });
    function layer(bytes, begin, end) {
      var values = [], features = [], extent = 4096;
      reader(bytes, begin, end).fields(function (field, value, from) {
        if (field === 2) { features.push([from, from + value]); }
        if (field === 4) { reader(bytes, from, from + value).fields(function (kind, number) { values.push(number); }); }
        if (field === 5) { extent = value; }
      });
      features.forEach(function (place) {
        var feature = { number: -1, parts: [] }, area = false;
        reader(bytes, place[0], place[1]).fields(function (field, value, from) {
          // The one column is the number.
          if (field === 2) { var tags = reader(bytes, from); tags.next(); feature.number = values[tags.next()]; }
          if (field === 3) { area = value === 3; }
          if (field === 4) { feature.parts = lines(reader(bytes, from, from + value), side / extent, area); }
        });
        found.push(feature);
      });
    }
    function lines(steps, unit, area) {
      var parts = [], part = null, px = 0, py = 0;
      function step() { var value = steps.next(); return value & 1 ? -(value + 1) / 2 : value / 2; }
      while (steps.at < steps.end) {
        var command = steps.next(), count = command >> 3;
        if ((command & 7) === 7) { part.push(part[0], part[1]); continue; }
        while (count--) {
          px += step();
          py += step();
          if ((command & 7) === 1) { parts.push(part = []); }
          part.push(x * side + px * unit, y * side + py * unit);
        }
      }
      return parts;
    }
    found.sort(function (a, b) { return a.number - b.number; });
    return flat(found);
  }

  function flat(features) {
    var parts = [0], vertices = [0], xy = [];
    features.forEach(function (feature) {
      feature.parts.forEach(function (part) {
        for (var i = 0; i < part.length; i++) { xy.push(part[i]); }
        vertices.push(xy.length / 2);
      });
      parts.push(vertices.length - 1);
    });
    return {
      numbers: Int32Array.from(features, function (feature) { return feature.number; }),
      parts: Int32Array.from(parts), vertices: Int32Array.from(vertices), xy: Float64Array.from(xy)
    };
  }

  // All files of a layer.
  function open(texts) {
    var archives = texts.map(archive), kept = new Map();
    var first = Math.min.apply(null, archives.map(function (each) { return each.first; })), last = archives[0].last;
    function tile(zoom, x, y) {
      var key = zoom + '/' + x + '/' + y, found = kept.get(key);
      if (found === undefined) {
        var packed = archives.map(function (each) { return each.tile(zoom, x, y); }).filter(Boolean);
        found = packed.length ? decode(packed, zoom, x, y) : null;
      }
      kept.delete(key);
      kept.set(key, found);
      if (kept.size > KEPT) { kept.delete(kept.keys().next().value); }
      return found;
    }
    // Tiles over a window of the world, with the corners of each.
    function over(mapZoom, west, north, east, south) {
      var zoom = Math.max(first, Math.min(last, Math.round(mapZoom))), count = Math.pow(2, zoom), side = WORLD / count, found = [];
      function index(place) { return Math.max(0, Math.min(count - 1, Math.floor(place / side))); }
      for (var y = index(north); y <= index(south); y++) {
        for (var x = index(west); x <= index(east); x++) {
          var data = tile(zoom, x, y);
          if (data) { found.push({ data: data, west: x * side, north: y * side, east: (x + 1) * side, south: (y + 1) * side }); }
        }
      }
      return found;
    }
    return { over: over };
  }

  return { open: open, gunzip: gunzip };
})();
