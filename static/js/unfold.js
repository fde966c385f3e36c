/* A row that unfolds: <button data-unfold="row-7"> shows #row-7 (class "unfold"). Without
   JavaScript every such row stands open. */
(function () {
  'use strict';

  function show(button, open) {
    var row = document.getElementById(button.dataset.unfold);
    if (!row) return;
    row.classList.toggle('is-open', open);
    button.setAttribute('aria-expanded', String(open));
    var owner = button.closest('tr');
    if (owner) owner.classList.toggle('is-open', open);
  }

  window.attach('[data-unfold]', function (button) {
    var row = document.getElementById(button.dataset.unfold);
    var asked = location.hash === '#' + button.dataset.unfold;
    button.setAttribute('aria-controls', button.dataset.unfold);
    show(button, asked || Boolean(row && row.classList.contains('is-open')));
  });
  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-unfold]');
    if (!button) return;
    if (button.tagName === 'A') event.preventDefault();
    show(button, button.getAttribute('aria-expanded') !== 'true');
  });
})();
