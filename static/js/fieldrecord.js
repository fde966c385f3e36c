/* form[data-field-record]: an inspector's record, filled in where the network comes and goes.
   What is typed is kept on this telephone at once and sent a few seconds later. What was sent but not
   answered keeps its once-only key and its words until the server has said yes, so that it arrives
   once however often it is sent; what was typed meanwhile follows under a new key. Without this script
   the form is an ordinary one. */
(function () {
  'use strict';
  var WAIT = 4000;
  var AGAIN = 15000;

  function newKey() {
    var bytes = new Uint8Array(18);
    window.crypto.getRandomValues(bytes);
    return btoa(String.fromCharCode.apply(null, bytes)).replace(/\+/g, '-').replace(/\//g, '_');
  }

  function clock(moment) {
    return moment.toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
  }

  window.attach('form[data-field-record]', function (form) {
    var place = 'record:' + location.pathname + ':' + (document.body.dataset.user || '');
    var state = form.querySelector('[data-record-state]');
    var revision = form.elements.namedItem('revision');
    var pending = null; /* what was sent and not answered: {values, action, once, revision} */
    var busy = false, stopped = false, dirty = false, timer = null;

    function say(text, tone) {
      state.textContent = text;
      state.classList.toggle('is-saved', tone === 'saved');
      state.classList.toggle('is-wrong', tone === 'wrong');
    }

    function ours(field) {
      return field.name && field.type !== 'hidden' && field.type !== 'file' && field.type !== 'submit' && field.type !== 'button';
    }
    function values() {
      var found = {};
      Array.from(form.elements).forEach(function (field) {
        if (!ours(field)) return;
        if (field.type === 'radio') { if (field.checked) found[field.name] = field.value; }
        else found[field.name] = field.value;
      });
      return found;
    }
    function put(kept) {
      Array.from(form.elements).forEach(function (field) {
        if (!ours(field)) return;
        if (field.type === 'radio') { if (field.name in kept) field.checked = kept[field.name] === field.value; }
        else if (field.name in kept) field.value = kept[field.name];
      });
    }
    function same(a, b) { return JSON.stringify(a) === JSON.stringify(b); }

    function keep() {
      try {
        localStorage.setItem(place, JSON.stringify({ at: new Date().toISOString(), revision: revision.value, values: values(), pending: pending }));
        return true;
      } catch (error) { return false; }
    }
    function forget() {
      try { localStorage.removeItem(place); } catch (error) { /* nothing was kept */ }
    }
    function waits(reason) {
      say(reason + (keep() ? '，已填内容留在本机，恢复后自动发送' : '，请不要关闭本页'), 'wrong');
      clearTimeout(timer);
      timer = setTimeout(send, AGAIN);
    }

    function conflict(data) {
      stopped = true;
      pending = null;
      keep();
      say('没有保存：此记录已在别处保存', 'wrong');
      var box = document.createElement('div');
      box.className = 'message message--warning';
      box.setAttribute('role', 'alert');
      var what = document.createElement('p');
      what.className = 'message__what';
      what.textContent = data.error || '此记录已在别处保存。';
      box.append(what);
      var lines = document.createElement('p');
      lines.className = 'toast__text';
      lines.textContent = Object.keys(data.theirs || {}).filter(function (name) { return data.theirs[name]; }).map(function (name) {
        return name + '：' + data.theirs[name];
      }).join('\n');
      var choice = document.createElement('p');
      [['以本机的为准', mine], ['用已保存的', theirs]].forEach(function (pair) {
        var button = document.createElement('button');
        button.type = 'button';
        button.className = 'button button--quiet button--small';
        button.textContent = pair[0];
        button.addEventListener('click', function () { pair[1](box); });
        choice.append(button, ' ');
      });
      box.append(lines, choice);
      form.prepend(box);
      box.scrollIntoView({ block: 'nearest' });
    }
    function mine(box) {
      fetch(location.pathname, { credentials: 'same-origin' }).then(function (answer) { return answer.text(); }).then(function (text) {
        var fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('form[data-field-record] [name=revision]');
        if (!fresh) return location.reload();
        revision.value = fresh.value;
        box.remove();
        stopped = false;
        dirty = true;
        send();
      }).catch(function () { say('连接不上服务器，请稍后再试', 'wrong'); });
    }
    function theirs() {
      forget();
      location.reload();
    }

    function body(sent) {
      var data = new URLSearchParams();
      data.append('csrfmiddlewaretoken', form.elements.namedItem('csrfmiddlewaretoken').value);
      data.append('once', sent.once);
      data.append('revision', sent.revision);
      data.append('action', sent.action);
      Object.keys(sent.values).forEach(function (name) { data.append(name, sent.values[name]); });
      return data;
    }

    function arrived(answer, text) {
      var sent = pending;
      var fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('form[data-field-record]');
      pending = null;
      if (!fresh || sent.action === 'sign') {
        forget();
        stopped = true;
        return location.assign(location.pathname);
      }
      revision.value = fresh.querySelector('[name=revision]').value;
      dirty = !same(values(), sent.values);
      if (dirty) { keep(); return soon(); }
      forget();
      say('已保存 ' + clock(new Date()), 'saved');
    }

    function send(action) {
      clearTimeout(timer);
      if (stopped) return;
      if (busy) { timer = setTimeout(function () { send(action); }, 500); return; }
      if (!pending) {
        if (!dirty && !action) return;
        pending = { values: values(), action: action || 'save', once: newKey(), revision: revision.value };
      }
      keep();
      busy = true;
      say('正在发送…');
      fetch(form.getAttribute('action'), { /* form.action is the button of that name */
        method: 'POST', body: body(pending), credentials: 'same-origin', redirect: 'follow',
        headers: { 'X-Requested-With': 'fetch' }
      }).then(function (answer) {
        var type = answer.headers.get('Content-Type') || '';
        return answer.text().then(function (text) {
          var data = {};
          if (/json/.test(type)) { try { data = JSON.parse(text); } catch (error) { data = {}; } }
          if (answer.ok && answer.redirected && !/\/login\//.test(answer.url)) {
            var was = pending.action;
            arrived(answer, text);
            /* What had to go first is through; now what the person asked for. */
            if (action && action !== was && !stopped) setTimeout(function () { dirty = true; send(action); }, 0);
            return;
          }
          if (answer.status === 401 || /\/login\//.test(answer.url)) return waits('登录已超时，请在新窗口重新登录');
          if (answer.status === 409 && data.theirs) return conflict(data);
          if (answer.status >= 500) return waits('系统暂时没有响应');
          pending = null;
          keep();
          say('没有保存：' + (data.error || window.sentenceOf(text, type) || '请核对后再试'), 'wrong');
          if (action === 'sign') window.toast(state.textContent, 'error');
        });
      }).catch(function () {
        waits('没有网络');
      }).then(function () { busy = false; });
    }
    function soon() {
      clearTimeout(timer);
      timer = setTimeout(send, WAIT);
    }

    function changed(event) {
      if (!ours(event.target)) return;
      dirty = true;
      keep();
      if (!stopped) { say('有未发送的内容'); soon(); }
    }
    form.addEventListener('input', changed);
    form.addEventListener('change', changed);
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      dirty = true;
      send(event.submitter && event.submitter.value === 'sign' ? 'sign' : 'save');
    });
    window.addEventListener('online', function () { if (dirty || pending) send(); });

    /* Back on this page with something that has not arrived yet. */
    var kept = null;
    try { kept = JSON.parse(localStorage.getItem(place) || 'null'); } catch (error) { kept = null; }
    if (kept && kept.values && (kept.pending || !same(kept.values, values()))) {
      pending = kept.pending;
      put(kept.values);
      dirty = true;
      if (!pending) revision.value = kept.revision; /* an older one: the server says that somebody was faster */
      say('已找回本机未发送的内容，正在发送…');
      soon();
    } else if (kept) forget();
  });
})();
