/* Tick all: <input data-select-all="name"> in the head ticks every box of that name in the same
   form or table; [data-select-count] says how many; [data-select-needed] rests while none is. */
(function () {
  'use strict';

  function boxes(all) {
    var place = all.closest('form') || all.closest('table');
    return Array.from(place.querySelectorAll('input[type=checkbox]')).filter(function (box) {
      return box !== all && !box.disabled && (!all.dataset.selectAll || box.name === all.dataset.selectAll);
    });
  }

  function count(all) {
    var list = boxes(all);
    var ticked = list.filter(function (box) { return box.checked; });
    all.checked = list.length > 0 && ticked.length === list.length;
    all.indeterminate = ticked.length > 0 && ticked.length < list.length;
    list.forEach(function (box) {
      var row = box.closest('tr');
      if (row) row.classList.toggle('is-chosen', box.checked);
    });
    var place = all.closest('form') || document;
    place.querySelectorAll('[data-select-count]').forEach(function (word) { word.textContent = ticked.length; });
    place.querySelectorAll('[data-select-needed]').forEach(function (button) { button.disabled = ticked.length === 0; });
  }

  window.attach('[data-select-all]', function (all) {
    var place = all.closest('form') || all.closest('table');
    place.addEventListener('change', function (event) {
      if (event.target === all) boxes(all).forEach(function (box) { box.checked = all.checked; });
      count(all);
    });
    count(all);
  });
  /* The browser puts ticks back after "back"; the count follows. */
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('[data-select-all]').forEach(count);
  });
  document.addEventListener('htmx:afterSettle', function () {
    document.querySelectorAll('[data-select-all]').forEach(count);
  });
})();
