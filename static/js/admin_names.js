/* Names for what the admin site shows without any, for those who hear it read aloud: cells of tables of
   rows, the two halves of a moment, fields that search, and the arrows of the tree. */
(function () {
  'use strict';

  function textOf(element) {
    return element ? element.textContent.replace(/\s+/g, ' ').trim() : '';
  }

  function isNamed(field) {
    return field.getAttribute('aria-label') || (field.labels && field.labels.length);
  }

  function nameCells() {
    document.querySelectorAll('.tabular td').forEach(function (cell) {
      var head = cell.closest('table').querySelectorAll('thead th');
      var row = Array.prototype.filter.call(cell.parentNode.children, function (one) {
        return one.tagName === 'TD' && !one.classList.contains('original');
      });
      var own = Array.prototype.filter.call(head, function (one) {
        return !one.classList.contains('original');
      });
      var name = textOf(own[row.indexOf(cell)]);
      cell.querySelectorAll('input:not([type=hidden]), select, textarea').forEach(function (field) {
        if (name && !isNamed(field)) { field.setAttribute('aria-label', name); }
      });
    });
  }

  function nameMoments() {
    document.querySelectorAll('.form-row .vDateField, .form-row .vTimeField').forEach(function (field) {
      if (isNamed(field)) { return; }
      var row = field.closest('.form-row');
      var name = textOf(row.querySelector('label, legend'));
      field.setAttribute('aria-label', name + (field.classList.contains('vTimeField') ? '时刻' : '日期'));
    });
  }

  function nameSearches() {
    document.querySelectorAll('.select2-selection').forEach(function (box) {
      var field = box.closest('.select2-container').previousElementSibling;
      var name = field && (textOf(field.labels && field.labels[0]) || field.getAttribute('aria-label'));
      if (!name) { return; }
      box.removeAttribute('aria-labelledby');
      box.setAttribute('aria-label', name);
      var shown = box.querySelector('.select2-selection__rendered');
      if (shown) { shown.setAttribute('aria-label', name); }
    });
  }

  function nameArrows() {
    document.querySelectorAll('.treebeard-collapse').forEach(function (arrow) {
      arrow.setAttribute('aria-label', '展开或收起下级');
    });
  }

  function nameAll() {
    [nameCells, nameMoments, nameSearches, nameArrows].forEach(function (name) { name(); });
  }

  nameAll();
  // Other scripts draw their fields, rows and arrows later.
  new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
}());
