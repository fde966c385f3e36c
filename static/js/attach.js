/* Runs a behaviour once for every element that carries its data- attribute, now and after htmx
   brings in new content. Loaded first and at once, so that style sheets can tell by html.js that
   scripts run. */
(function () {
  'use strict';
  document.documentElement.classList.add('js');

  var behaviours = [];

  function run(root, behaviour) {
    var found = Array.from(root.querySelectorAll(behaviour.selector));
    if (root.matches && root.matches(behaviour.selector)) found.unshift(root);
    found.forEach(function (element) {
      if (behaviour.seen.has(element)) return;
      behaviour.seen.add(element);
      behaviour.start(element);
    });
  }

  window.attach = function (selector, start) {
    var behaviour = { selector: selector, start: start, seen: new WeakSet() };
    behaviours.push(behaviour);
    if (document.readyState !== 'loading') run(document, behaviour);
  };

  function refresh(root) {
    behaviours.forEach(function (behaviour) { run(root, behaviour); });
  }

  document.addEventListener('DOMContentLoaded', function () { refresh(document); });
  document.addEventListener('htmx:load', function (event) { refresh(event.target); });

  /* A cookie's value; the CSRF token travels in the form or in hx-headers, not here. */
  window.readCookie = function (name) {
    var pair = document.cookie.split('; ').find(function (part) { return part.startsWith(name + '='); });
    return pair ? decodeURIComponent(pair.slice(name.length + 1)) : '';
  };

  /* A sentence above the page. Errors stay until closed, the rest goes after six seconds. */
  window.toast = function (text, tone) {
    var box = document.querySelector('[data-toasts]');
    if (!box) return;
    Array.from(box.children).forEach(function (old) {
      if (old.firstChild.textContent === text) old.remove();
    });
    var toast = document.createElement('div');
    toast.className = 'toast message message--' + (tone || 'info');
    var words = document.createElement('span');
    words.className = 'toast__text';
    words.textContent = text;
    var close = document.createElement('button');
    close.type = 'button';
    close.className = 'toast__close';
    close.textContent = '关闭';
    close.addEventListener('click', function () { toast.remove(); });
    toast.append(words, close);
    box.append(toast);
    if (tone !== 'error') setTimeout(function () { toast.remove(); }, 6000);
    return toast;
  };

  /* Menus of <details data-close-outside> close when one looks elsewhere. */
  document.addEventListener('click', function (event) {
    document.querySelectorAll('details[data-close-outside][open]').forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    document.querySelectorAll('details[data-close-outside][open]').forEach(function (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    });
  });
})();
