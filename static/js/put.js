/* button[data-put="id of a text field"] adds its own words to the field, once; with data-put-from="id"
   the words of that element. */
(function () {
  'use strict';
  window.attach('[data-put-box]', function (box) { box.hidden = false; });
  window.attach('[data-put]', function (button) {
    button.addEventListener('click', function () {
      var source = button.dataset.putFrom ? document.getElementById(button.dataset.putFrom) : button;
      var words = source.innerText.trim();
      var field = document.getElementById(button.dataset.put);
      if (field.value.indexOf(words) < 0) field.value = (field.value.trim() + '\n' + words).trim();
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
    });
  });
})();
