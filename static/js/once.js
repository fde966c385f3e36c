/* A form is sent once: its buttons rest until the answer comes, and wake again when the person
   comes back by the browser's back button. data-many on a form (downloads, searches) opts out. */
(function () {
  'use strict';

  function wake(form) {
    delete form.dataset.sending;
    form.querySelectorAll('.is-sending').forEach(function (button) {
      button.classList.remove('is-sending');
      button.removeAttribute('aria-disabled');
    });
  }

  function rest(form) {
    form.dataset.sending = '1';
    /* Not "disabled": a disabled button's own name and value would not be sent. */
    form.querySelectorAll('button[type=submit], button:not([type])').forEach(function (button) {
      button.classList.add('is-sending');
      button.setAttribute('aria-disabled', 'true');
    });
  }

  /* In the capture phase: a second submit stops here, before any other behaviour sees it. */
  document.addEventListener('submit', function (event) {
    if (!event.target.dataset.sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('data-many')) return;
    rest(form);
    if (form.target && form.target !== '_self') setTimeout(function () { wake(form); }, 3000);
  });

  window.addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sending]').forEach(wake);
  });
  document.addEventListener('htmx:afterRequest', function (event) {
    var form = event.detail.elt.closest && event.detail.elt.closest('form');
    if (form) wake(form);
  });
  window.restForm = rest;
  window.wakeForm = wake;
})();
