/* button[data-fill-grade=value]: gives every grade of the form that is still open this value. */
(function () {
  'use strict';
  window.attach('[data-fill-grade]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () {
      button.form.querySelectorAll('[data-grade] select').forEach(function (select) {
        if (select.value) return;
        select.value = button.dataset.fillGrade;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      });
    });
  });
})();
