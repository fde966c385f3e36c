/* textarea[data-counter="2000"]: says how much has been written and, past the limit, how much is too
   much. Nothing is cut off: a long paste must not lose its end in silence. */
(function () {
  'use strict';
  window.attach('textarea[data-counter]', function (area) {
    var most = Number(area.dataset.counter);
    var words = document.createElement('p');
    words.className = 'counter';
    words.setAttribute('aria-live', 'polite');
    area.after(words);

    function count() {
      var length = area.value.trim().length;
      var over = length - most;
      words.textContent = over > 0 ? '已超出 ' + over + ' 字，请精简' : length + '/' + most + ' 字';
      words.classList.toggle('is-over', over > 0);
    }
    area.addEventListener('input', count);
    count();
  });
})();
