/* Says below the crontab field what the chosen crontab means. */
(function () {
  'use strict';
  window.addEventListener('load', function () {
    var source = document.getElementById('readable-crontabs');
    var choice = document.getElementById('id_crontab');
    var help = document.querySelector('.field-crontab .help');
    if (!source || !choice || !help) return;
    var words = JSON.parse(source.textContent);
    var line = document.createElement('div');
    help.append(line);
    function tell() { line.textContent = words[choice.value] || ''; }
    choice.addEventListener('change', tell);
    tell();
  });
})();
