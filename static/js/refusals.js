/* When the server says no to htmx, the person reads why and what to do next.
   409 and 422 carry the service's own sentence (JSON {error}, plain text, or HTML with
   [data-message]); a 422 or 409 that brings the form back is put in place. */
(function () {
  'use strict';
  var WORDS = {
    401: '登录已超时。请在新窗口重新登录后，再回到本页继续，已填写的内容仍在页面上。',
    403: '您没有办理这件事的权限。如确需办理，请联系本单位党务管理员。',
    404: '没有找到这项内容，可能已被删除，或不在您的管理范围内。请返回列表刷新后再试。',
    413: '上传的文件太大。请压缩后再上传。',
    429: '操作过于频繁，请稍等一分钟再试。'
  };
  var FAULT = '系统出了问题，刚才的操作没有完成。请稍后再试；如仍不行，请把时间和页面名称告诉系统管理员。';
  var OFFLINE = '连接不上服务器，刚才的操作没有完成。请检查网络后再试，已填写的内容仍在页面上。';

  /* The sentence in an answer of ours, or nothing. */
  window.sentenceOf = function (text, type) {
    if (!text) return '';
    if (/json/.test(type || '')) {
      try {
        var data = JSON.parse(text);
        return String(data.error || data.detail || data.message || '');
      } catch (error) { return ''; }
    }
    if (/<[a-z!]/i.test(text)) {
      var page = new DOMParser().parseFromString(text, 'text/html');
      var said = page.querySelector('[data-refusal], [data-message], .message');
      if (said) return said.textContent.trim();
      if (page.querySelector('main, header')) return '';
      var whole = page.body.textContent.trim();
      return whole.length <= 200 ? whole : '';
    }
    return text.length <= 500 ? text.trim() : '';
  };

  document.addEventListener('htmx:beforeSwap', function (event) {
    var xhr = event.detail.xhr;
    var type = xhr.getResponseHeader('Content-Type') || '';
    if ((xhr.status === 422 || xhr.status === 409) && /html/.test(type) && /<(form|input|select|textarea|tr)\b/i.test(xhr.responseText)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  /* A session that ended answers an htmx request with the log-in page; it must not be pasted in. */
  document.addEventListener('htmx:beforeOnLoad', function (event) {
    var xhr = event.detail.xhr;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname === '/login/' && location.pathname !== '/login/') {
      event.preventDefault();
      window.toast(WORDS[401], 'error');
    }
  });

  document.addEventListener('htmx:responseError', function (event) {
    var xhr = event.detail.xhr;
    var said = window.sentenceOf(xhr.responseText, xhr.getResponseHeader('Content-Type'));
    var sentence;
    if (xhr.status === 409 || xhr.status === 422 || xhr.status === 400) {
      sentence = said || '这一步没有办成。请刷新页面看看最新情况，再试一次。';
    } else {
      sentence = (xhr.status === 403 && said) || WORDS[xhr.status] || FAULT;
    }
    var source = event.detail.elt;
    var near = source && source.closest ? source.closest('form') : null;
    var place = near && near.querySelector('[data-refusal-place]');
    if (place) {
      place.textContent = sentence;
      place.hidden = false;
    } else {
      window.toast(sentence, 'error');
    }
  });
  document.addEventListener('htmx:sendError', function () { window.toast(OFFLINE, 'error'); });
  document.addEventListener('htmx:timeout', function () { window.toast(OFFLINE, 'error'); });
  document.addEventListener('htmx:beforeRequest', function (event) {
    var form = event.detail.elt.closest && event.detail.elt.closest('form');
    var place = form && form.querySelector('[data-refusal-place]');
    if (place) place.hidden = true;
  });
})();
