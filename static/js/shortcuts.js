/* <button data-key="A"> is pressed by the letter A, unless the person is typing. */
(function () {
  'use strict';
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    var place = event.target;
    if (place.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName)) return;
    if (document.querySelector('dialog[open]')) return;
    var key = event.key.toUpperCase();
    var found = Array.from(document.querySelectorAll('[data-key]')).find(function (element) {
      return element.dataset.key.toUpperCase() === key && !element.disabled && element.getClientRects().length > 0;
    });
    if (found) {
      event.preventDefault();
      found.click();
    }
  });
})();
