/* riverline: the index page of many maps: find, sort, and see where each lies. */
function riverlineIndex(words) {
  'use strict';
  var list = document.getElementById('maps'), cards = Array.from(list.children), first = cards.slice();
  var search = document.getElementById('search'), sort = document.getElementById('sort'), only = document.getElementById('only');
  var shown = document.getElementById('shown'), nothing = document.createElement('li'), lines = {};
  nothing.className = 'nothing';
  nothing.textContent = words.none;
  document.querySelectorAll('figure a').forEach(function (line) { lines[line.dataset.m] = line; });

  // Widths of characters and case do not count.
  function plain(text) { return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim(); }
  var texts = new Map(cards.map(function (card) {
    return [card, plain(card.querySelector('h2').textContent + ' ' + card.querySelector('small').textContent)];
  }));

  function follow() {
    var asked = plain(search.value), count = 0;
    cards.forEach(function (card) {
      var there = asked.split(' ').every(function (word) { return texts.get(card).indexOf(word) >= 0; }) &&
        (!only.checked || Number(card.dataset.faults) > 0);
      card.hidden = !there;
      count += there;
      if (lines[card.id]) { lines[card.id].classList.toggle('off', !there); }
    });
    shown.textContent = words.shown.replace('{shown}', count).replace('{all}', cards.length);
    if (count) { nothing.remove(); } else { list.appendChild(nothing); }
  }

  // Cards come in the order of their codes. Names go as a dictionary has them, 2 before 10; what belongs to none is last.
  var names = new Intl.Collator(document.documentElement.lang, { numeric: true });
  function title(card) { return card.querySelector('h2').textContent; }
  function less(a, b) {
    if (sort.value === 'code') { return 0; }
    if (sort.value !== 'name') { return b.dataset[sort.value] - a.dataset[sort.value]; }
    return (a.dataset.rest || 0) - (b.dataset.rest || 0) || names.compare(title(a), title(b));
  }

  function order() {
    cards = first.slice().sort(function (a, b) { return less(a, b) || first.indexOf(a) - first.indexOf(b); });
    cards.forEach(function (card) { list.appendChild(card); });
    follow();
  }

  function pair(one, other) {
    one.addEventListener('mouseenter', function () { other.classList.add('on'); });
    one.addEventListener('mouseleave', function () { other.classList.remove('on'); });
  }
  cards.forEach(function (card) {
    var line = lines[card.id];
    if (line) { pair(card, line); pair(line, card); }
  });
  search.addEventListener('input', follow);
  only.addEventListener('change', follow);
  sort.addEventListener('change', order);
  search.addEventListener('keydown', function (event) {
    var seen = cards.filter(function (card) { return !card.hidden; });
    if (event.key === 'Enter' && seen.length && seen[0].querySelector('a')) { seen[0].querySelector('a').click(); }
  });
  order();
}
