/* data-confirm="..." on a form, a button or a link asks first, in our own dialogue. */
(function () {
  'use strict';

  function ask(text, yes) {
    if (typeof HTMLDialogElement !== 'function') {
      if (window.confirm(text)) yes();
      return;
    }
    var dialog = document.createElement('dialog');
    dialog.className = 'dialog';
    dialog.setAttribute('aria-label', '请确认');
    var body = document.createElement('div');
    body.className = 'dialog__body';
    var words = document.createElement('p');
    words.className = 'toast__text';
    words.textContent = text;
    var foot = document.createElement('div');
    foot.className = 'dialog__foot';
    var no = document.createElement('button');
    no.type = 'button';
    no.className = 'button button--quiet';
    no.textContent = '再想想';
    var ok = document.createElement('button');
    ok.type = 'button';
    ok.className = 'button button--primary';
    ok.textContent = '确定';
    foot.append(no, ok);
    body.append(words, foot);
    dialog.append(body);
    document.body.append(dialog);
    no.addEventListener('click', function () { dialog.close(); });
    ok.addEventListener('click', function () { dialog.close(); yes(); });
    dialog.addEventListener('close', function () { dialog.remove(); });
    dialog.showModal();
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    var button = event.submitter;
    var text = (button && button.dataset.confirm) || form.dataset.confirm;
    if (!text || form.dataset.confirmed) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(text, function () {
      form.dataset.confirmed = '1';
      form.requestSubmit(button && button.form === form ? button : undefined);
    });
  }, true);

  document.addEventListener('click', function (event) {
    var link = event.target.closest('a[data-confirm]');
    if (!link || link.hasAttribute('hx-get') || link.hasAttribute('hx-post')) return;
    event.preventDefault();
    ask(link.dataset.confirm, function () { location.assign(link.href); });
  });

  /* htmx elements: data-confirm on a button outside a form. */
  document.addEventListener('htmx:confirm', function (event) {
    var element = event.detail.elt;
    if (element.tagName === 'FORM' || !element.dataset.confirm || element.closest('form')) return;
    event.preventDefault();
    ask(element.dataset.confirm, function () { event.detail.issueRequest(true); });
  });
})();
