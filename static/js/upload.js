/* input[type=file][data-upload]: size (data-max-bytes) and kind (data-accept=".pdf,.jpg") are
   looked at before sending; a form with data-upload-progress is sent with a bar, and again by itself
   when the line breaks: nothing typed or chosen is lost. Without JavaScript the form is simply posted. */
(function () {
  'use strict';

  function megabytes(bytes) { return (Math.ceil(bytes / 104857.6) / 10).toFixed(1).replace('.0', '') + ' MB'; }

  function complaint(input) {
    var most = Number(input.dataset.maxBytes || 0);
    var kinds = (input.dataset.accept || input.accept || '').toLowerCase().split(',').map(function (kind) { return kind.trim(); }).filter(function (kind) { return kind.charAt(0) === '.'; });
    var wrong = '';
    Array.from(input.files || []).some(function (file) {
      var dot = file.name.lastIndexOf('.');
      var kind = dot < 0 ? '' : file.name.slice(dot).toLowerCase();
      if (file.size === 0) wrong = '“' + file.name + '”是空文件，请检查后重新选择。';
      else if (most && file.size > most) wrong = '“' + file.name + '”有 ' + megabytes(file.size) + '，超过单个文件 ' + megabytes(most) + ' 的上限。请压缩或分成几个文件后再上传。';
      else if (kinds.length && kinds.indexOf(kind) < 0) wrong = '“' + file.name + '”的格式不能上传。可以上传：' + kinds.join('、') + '。';
      return wrong;
    });
    return wrong;
  }

  function stateOf(input) {
    var place = input.closest('.field__body, .upload') || input.parentElement;
    var state = place.querySelector('[data-upload-state]');
    if (!state) {
      state = document.createElement('p');
      state.className = 'upload__state';
      state.dataset.uploadState = '';
      state.setAttribute('aria-live', 'polite');
      place.append(state);
    }
    return state;
  }

  function say(input, text, wrong) {
    var state = stateOf(input);
    state.textContent = text;
    state.classList.toggle('field__error', Boolean(wrong));
  }

  window.attach('input[type=file][data-upload]', function (input) {
    input.addEventListener('change', function () {
      var wrong = complaint(input);
      if (wrong) {
        say(input, wrong, true);
        input.value = '';
        return;
      }
      var total = Array.from(input.files).reduce(function (sum, file) { return sum + file.size; }, 0);
      say(input, input.files.length ? '已选 ' + input.files.length + ' 个文件，共 ' + megabytes(total) : '', false);
    });
  });

  /* Puts the answered page's content in place of ours, so that its message is not lost by asking
     for the page once more. Only for the page we are on; false when that is not what came. */
  function put(html, url) {
    if (url && new URL(url).pathname !== location.pathname) return false;
    var here = document.getElementById('content');
    var there = /<form\b/i.test(html) && new DOMParser().parseFromString(html, 'text/html').getElementById('content');
    if (!here || !there) return false;
    var fresh = document.importNode(there, true);
    here.replaceWith(fresh);
    if (window.htmx) window.htmx.process(fresh);
    fresh.dispatchEvent(new CustomEvent('htmx:load', { bubbles: true }));
    var said = fresh.querySelector('[data-message]');
    if (said) said.scrollIntoView({ block: 'nearest' });
    return true;
  }

  /* htmx sends the form itself; we only show how far it is. */
  document.addEventListener('htmx:xhr:progress', function (event) {
    var form = event.target.closest ? event.target.closest('form[data-upload-progress]') : null;
    var input = form && form.querySelector('input[type=file][data-upload]');
    if (!input || !input.files.length || !event.detail.lengthComputable) return;
    var part = Math.round(100 * event.detail.loaded / event.detail.total);
    say(input, part < 100 ? '正在上传 ' + part + '%' : '已传完，正在检查文件…', false);
  });

  /* The words beside the input, and a button that does what is to be done next. */
  function offer(input, text, label, act) {
    say(input, text + ' ', true);
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'button button--quiet button--small';
    button.textContent = label;
    button.addEventListener('click', act);
    stateOf(input).append(button);
  }

  var PAUSES = [3, 10]; /* seconds after which a broken upload is begun again by itself */
  var STALLED = 60; /* seconds without a byte: the line is dead, whatever the browser thinks */
  var KEPT = '填写的内容和选好的文件都在。';

  /* After a broken line: by itself after a pause or as soon as there is a line, a few times; then by a button. */
  function later(input, tries, act, rest) {
    if (tries >= PAUSES.length) {
      rest();
      return offer(input, '网络中断，文件没有上传成功。' + KEPT, '重新上传', function () { act(0); });
    }
    var timer = setTimeout(next, PAUSES[tries] * 1000);
    function quit() {
      clearTimeout(timer);
      window.removeEventListener('online', next);
    }
    function next() {
      quit();
      act(tries + 1);
    }
    window.addEventListener('online', next);
    offer(input, '网络中断，' + PAUSES[tries] + ' 秒后自动重新上传。' + KEPT, '不再上传', function () {
      quit();
      rest();
      say(input, '已停止上传。' + KEPT, true);
    });
  }

  function send(form, input, submitter, tries) {
    var body = new FormData(form); /* anew each time: with the same key it is taken once, and with what was typed since */
    if (submitter && submitter.name) body.append(submitter.name, submitter.value);
    var bar = document.createElement('progress');
    bar.className = 'progress__bar upload__bar';
    bar.max = 100;
    bar.value = 0;
    stateOf(input).before(bar);
    var xhr = new XMLHttpRequest();
    var moved = Date.now();
    var watch = setInterval(function () {
      if (bar.value < 100 && Date.now() - moved > STALLED * 1000) xhr.abort();
    }, 5000);
    function end() {
      clearInterval(watch);
      bar.remove();
    }
    function stop(text) {
      end();
      say(input, text, true);
      window.wakeForm(form);
    }
    function broken() {
      end();
      later(input, tries, function (count) {
        window.restForm(form);
        send(form, input, submitter, count);
      }, function () { window.wakeForm(form); });
    }
    xhr.upload.addEventListener('progress', function (part) {
      moved = Date.now();
      if (!part.lengthComputable) return;
      bar.value = Math.round(100 * part.loaded / part.total);
      say(input, bar.value < 100 ? '正在上传 ' + bar.value + '%' : '已传完，正在检查文件…', false);
    });
    xhr.addEventListener('load', function () {
      var said = window.sentenceOf(xhr.responseText, xhr.getResponseHeader('Content-Type'));
      if (xhr.status >= 200 && xhr.status < 300) {
        end();
        if (!put(xhr.responseText, xhr.responseURL)) location.assign(xhr.responseURL || location.href);
      } else if ((xhr.status === 422 || xhr.status === 409) && put(xhr.responseText, location.href)) {
        end();
        window.scrollTo(0, 0);
      } else if (xhr.status === 413) stop('文件太大，服务器没有接收。请压缩后再上传。');
      else if (xhr.status === 403 || xhr.status === 401) stop('登录已超时或没有上传权限。请重新登录后再试。');
      else if (xhr.status === 502 || xhr.status === 503 || xhr.status === 504) broken();
      else if (xhr.status < 500 && said) stop(said);
      else stop('系统出了问题，文件没有上传成功。请稍后再试。' + KEPT);
    });
    xhr.addEventListener('error', broken);
    xhr.addEventListener('abort', broken);
    xhr.open('POST', (submitter && submitter.getAttribute('formaction')) || form.action);
    xhr.setRequestHeader('X-Requested-With', 'fetch');
    xhr.send(body);
  }

  window.attach('form[data-upload-progress]', function (form) {
    form.addEventListener('submit', function (event) {
      var input = form.querySelector('input[type=file][data-upload]');
      if (event.defaultPrevented || !input || !input.files.length || form.hasAttribute('hx-post')) return;
      event.preventDefault();
      window.restForm(form);
      send(form, input, event.submitter, 0);
    });
  });

  /* Where htmx sends, a broken line is tried again as often and in the same words; the form that takes its place begins anew. */
  document.addEventListener('htmx:sendError', function (event) {
    var form = event.target.closest ? event.target.closest('form[data-upload-progress]') : null;
    var input = form && form.querySelector('input[type=file][data-upload]');
    if (!input || !input.files.length) return;
    var cause = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    var submitter = cause && cause.submitter;
    var tries = Number(form.dataset.tries || 0);
    function again(count) {
      form.dataset.tries = count;
      if (form.isConnected) form.requestSubmit(submitter || undefined);
    }
    later(input, tries, again, function () { form.dataset.tries = 0; });
  });
})();
