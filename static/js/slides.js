/* [data-slides]: shows one [data-slide] at a time; arrow keys, PageUp/PageDown, Home, End; Esc shows all. */
(function () {
  'use strict';
  window.attach('[data-slides]', function (root) {
    var slides = Array.prototype.slice.call(root.querySelectorAll('[data-slide]'));
    var place = root.querySelector('[data-slides-place]');
    var at = 0;

    function show(number) {
      at = Math.min(Math.max(number, 0), slides.length - 1);
      slides.forEach(function (slide, n) { slide.classList.toggle('is-away', n !== at); });
      place.textContent = (at + 1) + ' / ' + slides.length;
      history.replaceState(null, '', '#' + (at + 1));
      window.scrollTo(0, 0);
    }
    function asked() { return (parseInt(location.hash.slice(1), 10) || 1) - 1; }
    function all() {
      slides.forEach(function (slide) { slide.classList.remove('is-away'); });
      place.textContent = '全部';
    }
    var keys = {
      ArrowRight: function () { show(at + 1); }, ArrowDown: function () { show(at + 1); }, PageDown: function () { show(at + 1); },
      ArrowLeft: function () { show(at - 1); }, ArrowUp: function () { show(at - 1); }, PageUp: function () { show(at - 1); },
      Home: function () { show(0); }, End: function () { show(slides.length - 1); }, Escape: all
    };
    document.addEventListener('keydown', function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    root.querySelector('[data-slides-back]').addEventListener('click', function () { show(at - 1); });
    root.querySelector('[data-slides-next]').addEventListener('click', function () { show(at + 1); });
    root.querySelector('[data-slides-steps]').hidden = false;
    root.querySelector('[data-slides-hint]').hidden = false;
    window.addEventListener('hashchange', function () { show(asked()); });
    show(asked());
  });
})();
