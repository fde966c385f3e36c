/* [data-attend-all] with one [data-attend] per person, each with a label and a select: the name
   becomes a button. A tap on who is present makes him absent and asks why beside the name; a tap on
   who is absent or not counted makes him present. Without this script the selects do the same. */
(function () {
  'use strict';
  var PRESENT = 'present';
  var ABSENT = 'leave'; /* the most usual reason; the list beside the name offers the others */
  var OUT = 'out';

  window.attach('[data-attend-all]', function (all) {
    var count = all.querySelector('[data-attend-count]');
    var people = Array.from(all.querySelectorAll('[data-attend]'));

    function say() {
      var values = people.map(function (one) { return one.querySelector('select').value; });
      var due = values.filter(function (value) { return value !== OUT; }).length;
      var present = values.filter(function (value) { return value === PRESENT; }).length;
      if (!count) return;
      var numbers = count.querySelectorAll('b');
      [due, present, due - present].forEach(function (number, place) { numbers[place].textContent = number; });
    }

    people.forEach(function (one) {
      var select = one.querySelector('select');
      var label = one.querySelector('label');
      var button = document.createElement('button');
      button.type = 'button';
      button.className = 'attend__name';
      while (label.firstChild) button.append(label.firstChild);
      label.replaceWith(button);
      select.setAttribute('aria-label', button.textContent.trim() + '的出席情况');
      one.classList.add('is-tapped');

      function show() {
        var absent = select.value !== PRESENT && select.value !== OUT;
        one.classList.toggle('is-absent', absent);
        one.classList.toggle('is-out', select.value === OUT);
        select.hidden = !absent;
        button.setAttribute('aria-pressed', String(select.value === PRESENT));
        say();
      }
      button.addEventListener('click', function () {
        select.value = select.value === PRESENT ? ABSENT : PRESENT;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      });
      select.addEventListener('change', show);
      all.addEventListener('attend:show', show);
      show();
    });

    /* A kept draft was put back. */
    if (all.closest('form')) {
      all.closest('form').addEventListener('autosave:restored', function () {
        all.dispatchEvent(new Event('attend:show'));
      });
    }
  });
})();
