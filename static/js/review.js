/* The keys of the review desk that shortcuts.js does not know. R on [data-return="id of the reason"]:
   with an empty reason it lays out the usual sentences, which 1 … 9 put in and take out; with a
   reason it returns the item. Pages work without: the button itself returns. */
(function () {
  'use strict';

  function desk() {
    var button = document.querySelector('[data-return]');
    if (!button) return null;
    var field = document.getElementById(button.dataset.return);
    return { button: button, field: field, box: field.closest('.reason').querySelector('[data-put-box]') };
  }

  function chips(parts) { return Array.from(parts.box.querySelectorAll('[data-put]')); }

  window.attach('[data-return]', function () {
    var parts = desk();
    var reason = parts.field.closest('.reason');
    parts.box.tabIndex = -1;
    reason.addEventListener('focusout', function (event) {
      if (!reason.contains(event.relatedTarget)) reason.classList.remove('is-laid');
    });
    chips(parts).slice(0, 9).forEach(function (chip, index) { chip.dataset.number = index + 1; });
  });

  /* What is hidden cannot take the focus: shown first. */
  function lay(parts) {
    parts.field.closest('.reason').classList.add('is-laid');
    parts.box.focus();
    parts.box.scrollIntoView({ block: 'nearest' });
  }

  function toggle(parts, chip) {
    var words = chip.textContent.trim();
    var lines = parts.field.value.split('\n').filter(function (line) { return line.trim(); });
    var kept = lines.filter(function (line) { return line.trim() !== words; });
    if (kept.length === lines.length) kept.push(words);
    parts.field.value = kept.join('\n');
    parts.field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function step(direction) {
    var here = document.querySelector('.review__row[aria-current]');
    var next = here && here[direction];
    while (next && !next.matches('.review__row')) next = next[direction];
    var link = next && next.querySelector('.review__link');
    var onward = direction === 'nextElementSibling' && document.querySelector('[data-key="J"]');
    if (link || onward) (link || onward).click();
  }

  function tick() {
    var box = document.querySelector('.review__row[aria-current] [name=items]');
    if (box) box.click();
  }

  var KEYS = {
    r: function (parts) {
      if (parts.field.value.trim()) parts.button.click();
      else lay(parts);
    },
    w: function (parts) { parts.field.focus(); },
    k: function () { step('previousElementSibling'); },
    arrowleft: function () { step('previousElementSibling'); },
    arrowright: function () { step('nextElementSibling'); },
    x: tick
  };

  document.addEventListener('keydown', function (event) {
    if (event.isComposing || event.altKey || event.repeat) return;
    var parts = desk();
    if (!parts || document.querySelector('dialog[open]')) return;
    var place = event.target;
    if (place === parts.field) {
      if (event.key === 'Escape') { event.preventDefault(); lay(parts); }
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); parts.field.blur(); parts.button.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    if (place.isContentEditable || /^(TEXTAREA|SELECT)$/.test(place.tagName)) return;
    if (place.tagName === 'INPUT' && !/^(checkbox|radio)$/.test(place.type)) return;
    var act = KEYS[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act(parts);
    } else if (/^[1-9]$/.test(event.key) && parts.box.contains(place)) {
      var chip = chips(parts)[Number(event.key) - 1];
      if (chip) { event.preventDefault(); toggle(parts, chip); }
    }
  });
})();
