/* button[data-put="id of a text field"] adds its own words to the field, once. */
(function () {
  'use strict';
  window.attach('[data-put-box]', function (box) { box.hidden = false; });
  window.attach('[data-put]', function (button) {
    var words = button.textContent.trim();
    button.addEventListener('click', function () {
      var field = document.getElementById(button.dataset.put);
      if (field.value.indexOf(words) < 0) field.value = (field.value.trim() + '\n' + words).trim();
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
    });
  });
})();
