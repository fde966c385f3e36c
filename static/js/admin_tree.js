/* The tree of organisations opens at its two highest levels, so that the first look shows the
   directly affiliated ones; everything below waits for a click. */
(function () {
  'use strict';
  var LEVELS = 2;
  var opened = new Set();

  function openTops(list) {
    list.querySelectorAll('tbody tr[data-node-id]').forEach(function (row) {
      if (Number(row.dataset.level) > LEVELS || opened.has(row.dataset.nodeId)) return;
      var fold = row.querySelector('.treebeard-collapsed');
      if (!fold) return;
      opened.add(row.dataset.nodeId);
      fold.click();
    });
  }

  window.addEventListener('load', function () {
    var list = document.getElementById('result_list');
    if (!list || !document.getElementById('tree-context')) return;
    new MutationObserver(function () { openTops(list); }).observe(list, { childList: true, subtree: true });
    openTops(list);
  });
})();
