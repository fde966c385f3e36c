/* 大 / 中 / 小: remembered for a year in the cookie "fontsize", applied at once. */
(function () {
  'use strict';
  var root = document.documentElement;

  function current() {
    var found = /font-([sml])\b/.exec(root.className);
    return found ? found[1] : 'm';
  }

  function set(size) {
    root.classList.remove('font-s', 'font-m', 'font-l');
    root.classList.add('font-' + size);
  }

  window.attach('[data-fontsize]', function (group) {
    function show() {
      group.querySelectorAll('button').forEach(function (button) {
        button.setAttribute('aria-pressed', String(button.value === current()));
      });
    }
    var kept = window.readCookie('fontsize');
    if (/^[sml]$/.test(kept)) set(kept);
    show();
    group.addEventListener('click', function (event) {
      var button = event.target.closest('button');
      if (!button) return;
      set(button.value);
      var secure = location.protocol === 'https:' ? '; Secure' : '';
      document.cookie = 'fontsize=' + button.value + '; path=/; max-age=31536000; SameSite=Lax' + secure;
      show();
      window.dispatchEvent(new Event('resize'));
    });
  });
})();
