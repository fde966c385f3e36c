/* Turns a folded <details data-dialog> into a modal dialogue; other buttons open it with
   data-open-dialog="its id". Buttons with data-close-dialog close it. */
(function () {
  'use strict';
  if (typeof HTMLDialogElement !== 'function') return;

  function build(fold) {
    var dialog = document.createElement('dialog');
    dialog.className = 'dialog';
    var head = document.createElement('div');
    head.className = 'dialog__head';
    var title = document.createElement('h2');
    title.className = 'dialog__title';
    title.id = fold.id + '-title';
    title.textContent = fold.dataset.dialogTitle;
    dialog.setAttribute('aria-labelledby', title.id);
    var close = document.createElement('button');
    close.type = 'button';
    close.className = 'button button--quiet button--small';
    close.dataset.closeDialog = '';
    close.textContent = '关闭';
    head.append(title, close);
    dialog.append(head, fold.querySelector('.dialog-fold__body'));
    fold.after(dialog);
    dialog.addEventListener('click', function (event) {
      if (event.target === dialog || event.target.closest('[data-close-dialog]')) dialog.close();
    });
    return dialog;
  }

  window.attach('details[data-dialog]', function (fold) {
    var dialog = null;
    function open() {
      dialog = dialog || build(fold);
      if (!dialog.open) dialog.showModal();
    }
    fold.openDialog = open;
    if (fold.open) { fold.open = false; open(); }
    fold.querySelector('summary').addEventListener('click', function (event) {
      event.preventDefault();
      open();
    });
  });

  document.addEventListener('click', function (event) {
    var opener = event.target.closest('[data-open-dialog]');
    var fold = opener && document.getElementById(opener.dataset.openDialog);
    if (fold && fold.openDialog) {
      event.preventDefault();
      fold.openDialog();
    }
  });
})();
