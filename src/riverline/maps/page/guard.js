/* riverline: HTML that scripts write into the page is looked through before the page has it.
   What would act or load is shown as the text that it is. */
(function () {
  'use strict';
  var ALLOWED = window.riverlineAllowed || [];
  // Parsed in here, pictures are not asked for and handlers are not made.
  var inert = document.implementation.createHTMLDocument('');
  var native = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML');
  var ACTING = ['animate', 'animatecolor', 'animatemotion', 'animatetransform', 'applet', 'base', 'embed', 'form', 'frame', 'frameset',
    'iframe', 'link', 'meta', 'noscript', 'object', 'portal', 'script', 'set', 'template'];
  var DROPPED = ['action', 'archive', 'background', 'classid', 'codebase', 'dynsrc', 'formaction', 'imagesrcset', 'lowsrc', 'manifest',
    'ping', 'srcdoc', 'srcset'];
  var ADDRESSES = ['data', 'href', 'poster', 'src', 'xlink:href'];
  var FRAME = /^data:text\/html(?:;charset=[\w-]+)?(;base64)?,/i;
  var HARMLESS = /url\(\s*["']?\s*(?:#|data:(?:image|font)\/)[^)]*\)/gi;

  // Browsers report handlers even of what is parsed apart: they are parsed under a name that is none, and go with it.
  var OFF = 'riverline-off-', HANDLER = /([\s"'\/])(?=on[a-z]+[\s=])/gi;

  function parse(holder, text) {
    var off = text.replace(HANDLER, '$1' + OFF);
    native.set.call(holder, off);
    var top = holder instanceof HTMLTemplateElement ? holder.content : holder;
    if (off !== text) { restore(top); }
    clean(top);
    return top;
  }

  function restore(top) {
    var walker = inert.createTreeWalker(top, NodeFilter.SHOW_ALL), node;
    while ((node = walker.nextNode())) {
      if (node.nodeType !== 1) { if (node.data) { node.data = node.data.split(OFF).join(''); } continue; }
      Array.from(node.attributes).forEach(function (each) {
        if (each.value.indexOf(OFF) >= 0) { each.value = each.value.split(OFF).join(''); }
      });
    }
  }

  function loads(css) {
    return /url\s*\(|image-set|cross-fade|image\s*\(|@import|@namespace|expression|src\s*\(|\\/i.test(css.replace(HARMLESS, ''));
  }

  function held(address) {
    return /^\s*(?:#|$|data:(?:image|audio|video|font)\/)/i.test(address) || address.indexOf('blob:') === 0 || ALLOWED.indexOf(address) >= 0;
  }

  function leads(address) {
    var scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address.replace(/[\u0000-\u0020]/g, ''));
    return !scheme || /^(?:https?|mailto|tel|geo)$/i.test(scheme[1]);
  }

  var outer = Object.getOwnPropertyDescriptor(Element.prototype, 'outerHTML').get, within = Element.prototype.querySelectorAll;

  function asText(element) {
    Element.prototype.replaceWith.call(element, inert.createTextNode(outer.call(element).split(OFF).join('')));
  }

  // A frame whose content lies in the page keeps it, as a document in which nothing runs.
  function framed(element) {
    var address = element.getAttribute('src') || '', start = FRAME.exec(address);
    if (!start) { return false; }
    var content = address.slice(start[0].length), text;
    try {
      text = start[1] ? new TextDecoder().decode(Uint8Array.from(atob(content), function (c) { return c.charCodeAt(0); })) :
        decodeURIComponent(content);
    } catch (error) { return false; }
    var inside = parse(inert.createElement('body'), text);
    Array.from(element.attributes).forEach(function (each) {
      if (['height', 'style', 'width', 'class', 'title'].indexOf(each.name) < 0 || loads(each.value)) { element.removeAttribute(each.name); }
    });
    element.setAttribute('sandbox', '');
    element.setAttribute('srcdoc', '<!DOCTYPE html><body>' + inside.innerHTML);
    return true;
  }

  function trim(element, name) {
    Array.from(element.attributes).forEach(function (each) {
      var called = each.name.toLowerCase(), value = each.value;
      // A picture by a name can hide what the document itself has.
      var acts = called.indexOf('on') === 0 || called.indexOf(OFF) >= 0 || (called === 'name' && name === 'img');
      var asks = called === 'style' ? loads(value) : /url\s*\(/i.test(value.replace(HARMLESS, '')) && ADDRESSES.indexOf(called) < 0;
      if (acts || asks || DROPPED.indexOf(called) >= 0) {
        element.removeAttributeNode(each);
      } else if (called === 'href' && (name === 'a' || name === 'area')) {
        if (!leads(value)) { element.removeAttributeNode(each); } else if (/^\s*https?:/i.test(value)) {
          element.setAttribute('rel', 'noopener noreferrer');
          element.setAttribute('target', '_blank');
        }
      }
    });
  }

  function unheld(element, name) {
    return Array.from(element.attributes).some(function (each) {
      var called = each.name.toLowerCase();
      return ADDRESSES.indexOf(called) >= 0 && !((name === 'a' || name === 'area') && called === 'href') && !held(each.value);
    });
  }

  function clean(root) {
    // The fields of a form can hide its own properties: forms go first.
    Array.from(within.call(root, 'form')).reverse().forEach(asText);
    Array.from(within.call(root, '*')).forEach(function (element) {
      if (!root.contains(element)) { return; }
      var name = element.localName.toLowerCase();
      if (name === 'iframe' && framed(element)) { return; }
      if (name === 'iframe' && ALLOWED.indexOf(element.getAttribute('src')) >= 0) { trim(element, name); return; }
      if (ACTING.indexOf(name) >= 0 || (name === 'style' && loads(element.textContent))) { asText(element); return; }
      if (unheld(element, name)) { asText(element); return; }
      trim(element, name);
    });
  }

  // The nodes that a text makes in an element of this kind.
  function nodes(context, text) {
    var holder = inert.createElementNS(context.namespaceURI || 'http://www.w3.org/1999/xhtml', context.localName || 'div');
    holder = parse(holder, text);
    var fragment = inert.createDocumentFragment();
    while (holder.firstChild) { fragment.appendChild(holder.firstChild); }
    return (context.ownerDocument || document).adoptNode(fragment);
  }

  function plain(element, text) { return text.indexOf('<') < 0 || element.localName === 'script' || element.localName === 'style'; }

  function fill(given) {
    var text = given === null ? '' : String(given), target = this.content instanceof DocumentFragment ? this.content : this;
    if (this instanceof Element && plain(this, text)) { native.set.call(this, text); return; }
    target.replaceChildren(nodes(this instanceof Element ? this : document.createElement('div'), text));
  }

  function insert(place, given) {
    var outside = /^(?:beforebegin|afterend)$/i.test(place), context = outside ? this.parentNode : this;
    var part = nodes(context instanceof Element && context.localName !== 'html' ? context : document.createElement('body'), String(given));
    var anchors = { beforebegin: this, afterbegin: this.firstChild, beforeend: null, afterend: this.nextSibling };
    context.insertBefore(part, anchors[String(place).toLowerCase()]);
  }

  function replace(given) {
    var parent = this.parentNode;
    if (parent) { parent.replaceChild(nodes(parent instanceof Element ? parent : document.createElement('div'), String(given)), this); }
  }

  function set(prototype, name, write) {
    var old = prototype && Object.getOwnPropertyDescriptor(prototype, name);
    if (old && old.set) { Object.defineProperty(prototype, name, { get: old.get, set: write, enumerable: true, configurable: false }); }
  }

  function put(prototype, name, work) {
    if (prototype && prototype[name]) { Object.defineProperty(prototype, name, { value: work, writable: false, configurable: false }); }
  }

  set(Element.prototype, 'innerHTML', fill);
  set(Element.prototype, 'outerHTML', replace);
  set(window.ShadowRoot && ShadowRoot.prototype, 'innerHTML', fill);
  put(Element.prototype, 'insertAdjacentHTML', insert);
  put(Element.prototype, 'setHTMLUnsafe', fill);
  put(window.ShadowRoot && ShadowRoot.prototype, 'setHTMLUnsafe', fill);
  put(Range.prototype, 'createContextualFragment', function (text) {
    var context = this.startContainer instanceof Element ? this.startContainer : this.startContainer.parentElement;
    return nodes(context && context.localName !== 'html' ? context : document.createElement('body'), String(text));
  });
  ['write', 'writeln'].forEach(function (name) {
    put(Document.prototype, name, function () { insert.call(document.body, 'beforeend', Array.from(arguments).join('')); });
  });
})();
