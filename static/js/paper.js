/* What is shown once and must be kept: button[data-print] prints the page, button[data-copy="id"] takes the
   text of that element into the clipboard. The buttons appear only where scripts run. */
(function () {
  'use strict';
  window.attach('[data-print]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });

  window.attach('[data-copy]', function (button) {
    var source = document.getElementById(button.dataset.copy);
    button.hidden = false;

    /* Without https there is no navigator.clipboard; a selection works everywhere. */
    function bySelection() {
      var range = document.createRange();
      range.selectNodeContents(source);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      return document.execCommand('copy');
    }
    function told(worked) {
      button.textContent = worked ? '已复制' : '请选中后按 Ctrl+C 复制';
    }
    button.addEventListener('click', function () {
      if (!navigator.clipboard) { told(bySelection()); return; }
      navigator.clipboard.writeText(source.textContent).then(function () { told(true); }, function () { told(bySelection()); });
    });
  });
})();
