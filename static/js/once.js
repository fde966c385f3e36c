/* A form is sent once: its buttons rest until the answer comes, and wake again when the person
   comes back by the browser's back button. data-many on a form (downloads, searches) opts out.
   And a page come back to keeps the keys of its forms (input[name=once]): the browser fetches it anew and
   puts the typed words back, and the server must know the form again. */
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

  /* The keys lie with this entry of the browser's history: gone when the page is opened another way. */
  var kept = (history.state || {}).once || {};
  var keys = {};
  document.querySelectorAll('form input[name=once]').forEach(function (field) {
    var address = field.form.getAttribute('action') || '';
    var named = keys[address] = keys[address] || [];
    var before = (kept[address] || [])[named.length];
    if (before) field.value = before;
    named.push(field.value);
  });
  if (Object.keys(keys).length) history.replaceState(Object.assign({}, history.state, { once: keys }), '');

  window.restForm = rest;
  window.wakeForm = wake;
})();
