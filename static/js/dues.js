/* A table of sums: Enter and the arrows go down the column, the total runs along, and
   [data-dues-fill] writes what is due into the empty boxes instead of sending the form. */
(function () {
  'use strict';
  window.attach('form[data-dues]', function (form) {
    var total = form.querySelector('[data-total="paid"]');

    function number(text) {
      var plain = text.normalize('NFKC').replace(/[,\s元¥]/g, '');
      return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
    }

    function count() {
      if (!total) return;
      var cents = Array.from(form.querySelectorAll('[data-sum="paid"]')).reduce(function (sum, box) {
        return sum + number(box.value);
      }, 0);
      total.textContent = (cents / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    }

    form.addEventListener('keydown', function (event) {
      var column = event.target.dataset.column;
      if (!column || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      var down = event.key === 'Enter' || (event.key === 'ArrowDown' && event.target.type !== 'date');
      var up = event.key === 'ArrowUp' && event.target.type !== 'date';
      if (!down && !up) return;
      event.preventDefault();
      var boxes = Array.from(form.querySelectorAll('[data-column="' + column + '"]'));
      var next = boxes[boxes.indexOf(event.target) + (up ? -1 : 1)];
      if (next) {
        next.focus();
        if (next.select) next.select();
      }
    });

    form.addEventListener('input', count);

    var fill = form.querySelector('[data-dues-fill]');
    if (fill) {
      fill.addEventListener('click', function (event) {
        event.preventDefault();
        var day = form.querySelector('[data-dues-day]').value;
        form.querySelectorAll('[data-due]').forEach(function (box) {
          if (box.value || number(box.dataset.due) === 0) return;
          box.value = box.dataset.due;
          var date = box.closest('tr').querySelector('[data-column="paid_on"]');
          if (date && !date.value) date.value = day;
        });
        count();
        window.toast('已按应交金额填好，个别没交的请清空他的金额，再点“保存登记”。', 'info');
      });
    }
  });
})();
