/* [data-chart="id"]: draws the ECharts option found as JSON in #id. Everything is plain data:
   no functions, tooltips as rich text, so that a strict content policy holds. The table of the
   same figures stands below it and is what print and screen readers use. */
(function () {
  'use strict';
  var COLOURS = ['#B71C1C', '#B8862B', '#2F6F9F', '#57606A', '#1A7F37', '#8A5A83'];
  var drawn = [];

  function merge(base, extra) {
    Object.keys(extra || {}).forEach(function (key) {
      var value = extra[key];
      if (value && typeof value === 'object' && !Array.isArray(value) && base[key] && typeof base[key] === 'object') merge(base[key], value);
      else base[key] = value;
    });
    return base;
  }

  function start(figure) {
    var island = document.getElementById(figure.dataset.chart);
    var canvas = figure.querySelector('[data-chart-canvas]');
    if (!island || !canvas || !window.echarts) return;
    var option;
    try { option = JSON.parse(island.textContent); } catch (error) { return; }
    figure.classList.add('is-drawn');
    var style = getComputedStyle(document.body);
    var chart = window.echarts.init(canvas, null, { renderer: 'canvas' });
    chart.setOption(merge({
      color: COLOURS,
      animation: false,
      textStyle: { fontFamily: style.fontFamily, fontSize: 13, color: '#1F2328' },
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 8 },
      tooltip: { trigger: 'axis', renderMode: 'richText', confine: true },
      aria: { enabled: false }
    }, option));
    chart.on('click', function (point) {
      if (point.data && typeof point.data.url === 'string' && point.data.url.charAt(0) === '/') location.assign(point.data.url);
    });
    drawn.push(chart);
  }

  window.attach('[data-chart]', start);
  window.addEventListener('resize', function () {
    drawn = drawn.filter(function (chart) {
      if (!document.contains(chart.getDom())) { chart.dispose(); return false; }
      chart.resize();
      return true;
    });
  });
})();
