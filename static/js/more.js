/* tbody[data-more]: the later rows of a long table are folded behind a button; without JavaScript all are shown. */
(function () {
  'use strict';
  window.attach('[data-more]', function (body) {
    var box = body.closest('.table-box');
    var count = body.rows.length;
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'more__button';
    function show(open) {
      body.classList.toggle('is-folded', !open);
      button.setAttribute('aria-expanded', String(open));
      button.textContent = open ? '收起' : '展开其余 ' + count + ' 行';
    }
    button.addEventListener('click', function () { show(body.classList.contains('is-folded')); });
    box.parentNode.insertBefore(button, box.nextSibling);
    show(false);
  });
})();
