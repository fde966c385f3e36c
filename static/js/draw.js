/* [data-draw="URL of the draw's JSON"]: computes the draw again in this browser (docs/draw.md), so that nobody
   has to believe the server. Needs checksum.js (window.sha256Of). */
(function () {
  'use strict';

  /* As drawing.canonical writes it: keys sorted, no blanks. */
  function canonical(value) {
    if (Array.isArray(value)) return '[' + value.map(canonical).join(',') + ']';
    if (value && typeof value === 'object') {
      return '{' + Object.keys(value).sort().map(function (key) {
        return JSON.stringify(key) + ':' + canonical(value[key]);
      }).join(',') + '}';
    }
    return JSON.stringify(value);
  }

  function bytesOf(hex) {
    var pairs = String(hex).match(/../g) || [];
    return Uint8Array.from(pairs.map(function (pair) { return parseInt(pair, 16); }));
  }

  function sha(parts) { return window.sha256Of(new Blob(parts)); }

  async function hmac(key, text) {
    var block = new Uint8Array(64);
    block.set(key);
    var inner = await sha([block.map(function (byte) { return byte ^ 0x36; }), text]);
    return sha([block.map(function (byte) { return byte ^ 0x5c; }), bytesOf(inner)]);
  }

  async function sampleOf(draw) {
    var key = bytesOf(draw.seed), drawn = [];
    for (var stratum of draw.strata) {
      var rows = [];
      for (var branch of draw.population.branches) {
        if (branch[0] === stratum[0]) {
          rows.push([stratum[0], branch[1], branch[2], await hmac(key, stratum[0] + '\n' + branch[1])]);
        }
      }
      rows.sort(function (a, b) { return a[3] < b[3] ? -1 : a[3] > b[3] ? 1 : 0; });
      drawn = drawn.concat(rows.slice(0, stratum[3]));
    }
    return drawn;
  }

  async function check(draw) {
    var found = [[await sha([canonical(draw.population)]) === draw.population_sha256, '总体名单的校验值']];
    if (draw.seed) {
      var fixed = {};
      ['algorithm', 'population_sha256', 'strata', 'size', 'seed'].forEach(function (name) { fixed[name] = draw[name]; });
      found.push([await sha([canonical(fixed)]) === draw.commitment, '种子与公布的校验值']);
    }
    if (draw.sample) {
      found.push([canonical(await sampleOf(draw)) === canonical(draw.sample), '重新抽取的结果与公布的名单']);
      found.push([new Date(draw.published_at) < new Date(draw.drawn_at), '公布在前、抽取在后']);
    }
    return found;
  }

  window.attach('[data-draw]', function (box) {
    var button = box.querySelector('[data-draw-begin]');
    var state = box.querySelector('[data-draw-state]');
    var list = box.querySelector('[data-draw-result]');
    if (!button || !window.sha256Of || !Blob.prototype.arrayBuffer) return;

    function show(found) {
      list.textContent = '';
      found.forEach(function (each) {
        var line = document.createElement('li');
        var mark = document.createElement('span');
        mark.className = each[0] ? 'tone-ok' : 'tone-late';
        mark.textContent = each[0] ? '● 一致' : '■ 不一致';
        var words = document.createElement('span');
        words.textContent = each[1];
        line.append(mark, words);
        list.append(line);
      });
      var well = found.every(function (each) { return each[0]; });
      state.textContent = well ? '您的浏览器重新计算的结果与公布的完全一致。' : '您的浏览器重新计算的结果与公布的不一致。';
    }

    button.hidden = false;  // only now does it do anything
    button.addEventListener('click', function () {
      button.disabled = true;
      state.textContent = '正在本机计算…';
      fetch(box.dataset.draw, { credentials: 'same-origin' }).then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
      }).then(check).then(show).catch(function () {
        state.textContent = '没有取到复算数据，请检查网络后再试。';
      }).then(function () { button.disabled = false; });
    });
  });
})();
