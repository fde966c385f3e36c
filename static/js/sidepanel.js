/* The panel at the right: anything htmx puts into #panel shows it; Esc, 关闭 or a click on
   [data-panel-close] empties it, and the focus goes back to where the person was. */
(function () {
  'use strict';
  var from = null;

  function panel() { return document.querySelector('[data-sidepanel]'); }

  function close() {
    var box = panel();
    if (!box || !box.firstChild) return;
    box.replaceChildren ? box.replaceChildren() : (box.innerHTML = '');
    if (from && document.contains(from)) from.focus();
    from = null;
  }

  document.addEventListener('htmx:beforeRequest', function (event) {
    if (event.detail.target === panel() && !panel().contains(event.detail.elt)) from = event.detail.elt;
  });
  document.addEventListener('htmx:afterSwap', function (event) {
    var box = panel();
    if (event.detail.target !== box || !box.firstElementChild) return;
    if (!box.querySelector('[data-panel-close]')) {
      var button = document.createElement('button');
      button.type = 'button';
      button.className = 'button button--quiet button--small sidepanel__close';
      button.dataset.panelClose = '';
      button.textContent = '关闭';
      var head = document.createElement('div');
      head.className = 'sidepanel__head no-print';
      head.append(document.createElement('span'), button);
      box.prepend(head);
    }
    box.scrollTop = 0;
    box.focus();
  });
  document.addEventListener('click', function (event) {
    if (event.target.closest('[data-panel-close]')) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape' && !document.querySelector('dialog[open]')) close();
  });
  window.closePanel = close;
})();
