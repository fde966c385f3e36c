/* The organisation tree: folds by the depth of its flat list, remembers what was open, and
   finds by name. Parents of the chosen node always stand open. */
(function () {
  'use strict';
  var KEY = 'tree-open';

  function remembered() {
    try { return new Set(JSON.parse(localStorage.getItem(KEY) || '[]')); } catch (error) { return new Set(); }
  }
  function remember(open) {
    try { localStorage.setItem(KEY, JSON.stringify(Array.from(open).slice(-500))); } catch (error) { /* full or forbidden: the tree simply forgets */ }
  }

  window.attach('[data-tree]', function (tree) {
    var nodes = Array.from(tree.querySelectorAll('[data-tree-node]'));
    var open = remembered();
    var search = tree.querySelector('[data-tree-search]');
    var none = tree.querySelector('[data-tree-none]');

    function depth(node) { return Number(node.dataset.treeDepth); }
    function parents(index) {
      var chain = [];
      var level = depth(nodes[index]);
      for (var i = index - 1; i >= 0 && level > 0; i -= 1) {
        if (depth(nodes[i]) < level) {
          chain.push(nodes[i]);
          level = depth(nodes[i]);
        }
      }
      return chain;
    }

    var whole = tree.querySelector('[data-tree-fold]');
    if (whole) {
      var narrow = window.matchMedia('(max-width: 960px)').matches;
      var folded = 'tree-folded' + (narrow ? '-narrow' : '');
      var kept = null;
      try { kept = localStorage.getItem(folded); } catch (error) { kept = null; }
      whole.open = kept === null ? !narrow : kept === '0';
      whole.addEventListener('toggle', function () {
        try { localStorage.setItem(folded, whole.open ? '0' : '1'); } catch (error) { /* forgets */ }
      });
    }

    var top = nodes.length ? Math.min.apply(null, nodes.map(depth)) : 0;
    nodes.forEach(function (node, index) {
      if (node.hasAttribute('data-tree-open') || depth(node) === top) open.add(node.dataset.treeNode);
      if (node.classList.contains('tree__node--active')) {
        parents(index).forEach(function (parent) { open.add(parent.dataset.treeNode); });
      }
      var isParent = node.hasAttribute('data-tree-parent');
      var fold = document.createElement(isParent ? 'button' : 'span');
      fold.className = isParent ? 'tree__fold' : 'tree__leaf';
      if (isParent) {
        fold.type = 'button';
        fold.setAttribute('aria-label', '展开或收起 ' + node.querySelector('a').textContent);
        fold.addEventListener('click', function () {
          var id = node.dataset.treeNode;
          if (open.has(id)) open.delete(id); else open.add(id);
          remember(open);
          show();
        });
      }
      node.prepend(fold);
    });

    function show() {
      var words = search ? search.value.trim() : '';
      var hit = 0;
      if (words) {
        var wanted = new Set();
        nodes.forEach(function (node, index) {
          if (node.querySelector('a').textContent.indexOf(words) < 0) return;
          hit += 1;
          wanted.add(node);
          parents(index).forEach(function (parent) { wanted.add(parent); });
        });
        nodes.forEach(function (node) { node.hidden = !wanted.has(node); });
      } else {
        var closedAt = Infinity;
        nodes.forEach(function (node) {
          var level = depth(node);
          if (level <= closedAt) closedAt = Infinity;
          node.hidden = level > closedAt;
          if (!node.hidden && node.hasAttribute('data-tree-parent') && !open.has(node.dataset.treeNode)) closedAt = level;
        });
      }
      nodes.forEach(function (node) {
        var fold = node.firstElementChild;
        if (fold.tagName === 'BUTTON') {
          fold.setAttribute('aria-expanded', String(Boolean(words) || open.has(node.dataset.treeNode)));
        }
      });
      if (none) none.hidden = !words || hit > 0;
    }

    if (search) {
      search.addEventListener('input', show);
      search.addEventListener('keydown', function (event) {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        var first = nodes.find(function (node) {
          return !node.hidden && search.value.trim() && node.querySelector('a').textContent.indexOf(search.value.trim()) >= 0;
        });
        if (first) first.querySelector('a').click();
      });
    }
    show();
    var active = tree.querySelector('.tree__node--active');
    var list = tree.querySelector('[data-tree-list]');
    if (active && list) list.scrollTop = Math.max(0, active.offsetTop - list.offsetTop - list.clientHeight / 2);
  });
})();
