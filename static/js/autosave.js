/* form[data-autosave="URL"]: keeps what is typed. Five seconds after the last change, and when a
   field is left, the form is posted; the answer {version, saved_at} updates the hidden "version".
   On 409 {error, theirs, version} nothing is overwritten and nothing typed is lost; with "version" the
   person chooses whose text stays. When the network or
   the session fails the text is kept on this computer (key: URL and person) and offered at the
   next visit. "theirs" is text, or an object of field name to text.
   Fields inside [data-not-kept] (what is chosen to be attached) are not text: neither saved nor kept.
   data-autosave="here": nothing is posted; what is typed is kept on this computer until it was sent. */
(function () {
  'use strict';
  var WAIT = 5000;
  var KEEP_DAYS = 7; /* a shared office computer should not keep drafts for ever */

  try {
    Object.keys(localStorage).forEach(function (key) {
      if (key.indexOf('draft:') !== 0) return;
      var kept = JSON.parse(localStorage.getItem(key));
      if (!(new Date() - new Date(kept.at) < KEEP_DAYS * 86400000)) localStorage.removeItem(key);
    });
  } catch (error) { /* no storage here: autosave to the server still works */ }

  function isSecret(field) {
    return !field.name || field.closest('[data-not-kept]') || field.type === 'password' || field.type === 'file' ||
      field.name === 'csrfmiddlewaretoken' || field.name === 'version' || field.type === 'submit' || field.type === 'button';
  }

  window.attach('form[data-autosave]', function (form) {
    var here = form.dataset.autosave === 'here';
    var url = here ? location.pathname + location.search : form.dataset.autosave;
    var key = 'draft:' + url + ':' + (document.body.dataset.user || form.dataset.user || '');
    var state = form.querySelector('[data-autosave-state]');
    var timer = null;
    var busy = false;
    var dirty = false;
    var stopped = false;
    var after = null; /* what waits for the save under way */

    function say(text, tone) {
      if (!state) return;
      state.textContent = text;
      state.classList.toggle('is-saved', tone === 'saved');
      state.classList.toggle('is-wrong', tone === 'wrong');
    }

    function values() {
      var kept = {};
      Array.from(form.elements).forEach(function (field) {
        if (isSecret(field) || field.type === 'hidden') return;
        if (field.type === 'checkbox' || field.type === 'radio') {
          kept[field.name] = kept[field.name] || [];
          if (field.checked) kept[field.name].push(field.value);
        } else if (field.multiple) {
          kept[field.name] = Array.from(field.selectedOptions).map(function (option) { return option.value; });
        } else {
          kept[field.name] = field.value;
        }
      });
      return kept;
    }

    function put(kept) {
      Array.from(form.elements).forEach(function (field) {
        if (isSecret(field) || !(field.name in kept)) return;
        var value = kept[field.name];
        if (field.type === 'checkbox' || field.type === 'radio') field.checked = value.indexOf(field.value) >= 0;
        else if (field.multiple) Array.from(field.options).forEach(function (option) { option.selected = value.indexOf(option.value) >= 0; });
        else field.value = value;
      });
    }

    function version() {
      var field = form.elements.namedItem('version');
      return field ? field.value : '';
    }

    function keepHere(submitted) {
      try {
        localStorage.setItem(key, JSON.stringify({
          at: new Date().toISOString(), version: version(), submitted: Boolean(submitted), values: values()
        }));
        return true;
      } catch (error) { return false; }
    }
    function forget() {
      try { localStorage.removeItem(key); } catch (error) { /* nothing was kept */ }
    }
    function clock(moment) {
      var time = moment ? new Date(moment) : new Date();
      if (isNaN(time)) return String(moment);
      return time.toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
    }

    function day(moment) {
      return new Date(moment).toLocaleDateString('zh-CN', { month: 'long', day: 'numeric', timeZone: 'Asia/Shanghai' });
    }

    function failed(reason) {
      say(reason + (keepHere() ? '，已填内容暂存在本机，恢复后会再次保存' : '，请先复制已填内容'), 'wrong');
    }

    function choose(label, act) {
      var button = document.createElement('button');
      button.type = 'button';
      button.className = 'button button--quiet button--small';
      button.textContent = label;
      button.addEventListener('click', act);
      return button;
    }

    function conflict(data) {
      stopped = true;
      keepHere();
      say('未保存：内容已被他人修改', 'wrong');
      var box = form.querySelector('[data-autosave-conflict]');
      if (!box) {
        box = document.createElement('div');
        box.className = 'message message--warning form__full';
        box.dataset.autosaveConflict = '';
        box.setAttribute('role', 'alert');
        form.prepend(box);
      }
      box.textContent = '';
      var what = document.createElement('p');
      what.className = 'message__what';
      what.textContent = data.error || '您填写期间，他人修改了同一内容。';
      box.append(what);
      var theirs = data.theirs;
      if (theirs) {
        var fold = document.createElement('details');
        var summary = document.createElement('summary');
        summary.textContent = '查看对方保存的内容';
        var text = document.createElement('p');
        text.className = 'toast__text';
        text.textContent = typeof theirs === 'string' ? theirs : Object.keys(theirs).map(function (name) {
          var label = form.querySelector('label[for="id_' + name + '"]');
          return (label ? label.textContent.replace(/[*:：]/g, '').trim() : name) + '：' + theirs[name];
        }).join('\n');
        fold.append(summary, text);
        box.append(fold);
      }
      var how = document.createElement('p');
      how.textContent = '您填写的内容仍在页面上，没有丢失。' +
        (data.version === undefined ? '请刷新页面取得最新内容，再用“恢复”找回您的文字。' : '请比较后选择：');
      box.append(how);
      if (data.version !== undefined) {
        var choice = document.createElement('p');
        choice.append(
          choose('用我的覆盖', function () {
            form.elements.namedItem('version').value = data.version;
            box.remove();
            stopped = false;
            dirty = true;
            send();
          }),
          choose('采用对方的', function () {
            forget();
            location.reload();
          })
        );
        box.append(choice);
      }
      box.scrollIntoView({ block: 'nearest' });
    }

    function send() {
      clearTimeout(timer);
      if (!dirty || stopped) return;
      if (here) {
        say(keepHere() ? '已暂存在本机 ' + clock() : '未能暂存，请尽快保存', keepHere() ? 'saved' : 'wrong');
        return;
      }
      if (busy) { timer = setTimeout(send, 1000); return; }
      busy = true;
      dirty = false;
      say('正在保存…');
      var body = new FormData(form);
      Array.from(form.elements).forEach(function (field) {
        if (field.type === 'file' && field.name) body.delete(field.name);
      });
      fetch(url, {
        method: 'POST',
        body: body,
        credentials: 'same-origin',
        redirect: 'follow',
        headers: { 'X-Requested-With': 'fetch', Accept: 'application/json' }
      }).then(function (answer) {
        var type = answer.headers.get('Content-Type') || '';
        return answer.text().then(function (text) {
          var data = {};
          if (/json/.test(type)) { try { data = JSON.parse(text); } catch (error) { data = {}; } }
          if (answer.status === 409) return conflict(data);
          if (answer.redirected || answer.status === 401 || answer.status === 403) {
            dirty = true;
            return failed('登录已超时或没有权限，未能保存');
          }
          if (answer.status === 422 || answer.status === 400) {
            return say('未保存：' + (data.error || window.sentenceOf(text, type) || '请检查标红的内容'), 'wrong');
          }
          if (!answer.ok || !/json/.test(type)) {
            dirty = true;
            return failed('系统暂时没有响应，未能保存');
          }
          var field = form.elements.namedItem('version');
          if (field && data.version !== undefined) field.value = data.version;
          if (!dirty) forget();
          say('已保存 ' + clock(data.saved_at), 'saved');
        });
      }).catch(function () {
        dirty = true;
        failed('连接不上服务器，未能保存');
      }).then(function () {
        busy = false;
        if (after) {
          var go = after;
          after = null;
          return go();
        }
        if (dirty && !stopped) timer = setTimeout(send, 20000);
      });
    }

    function changed(event) {
      if (event.target.type === 'file' || isSecret(event.target)) return;
      dirty = true;
      if (!stopped) say('有未保存的修改');
      clearTimeout(timer);
      timer = setTimeout(send, WAIT);
    }

    form.addEventListener('input', changed);
    form.addEventListener('change', changed);
    form.addEventListener('focusout', function () { if (dirty) { clearTimeout(timer); timer = setTimeout(send, 300); } });
    form.addEventListener('submit', function (event) {
      clearTimeout(timer);
      if (busy && !event.defaultPrevented) {
        /* The save under way moves the version on; sent now, the form would conflict with itself. */
        var button = event.submitter;
        event.preventDefault();
        after = function () {
          if (stopped) return;
          if ((button && button.dataset.confirm) || form.dataset.confirm) form.dataset.confirmed = '1';
          form.requestSubmit(button || undefined);
        };
        return;
      }
      /* Kept until the next page shows that it arrived: a lost session must not eat the text. */
      if (dirty && !event.defaultPrevented) keepHere(true);
      dirty = false;
    });
    window.addEventListener('online', send);
    window.addEventListener('pagehide', function () { if (dirty) keepHere(); });

    function offer() {
      var kept = null;
      try { kept = JSON.parse(localStorage.getItem(key) || 'null'); } catch (error) { kept = null; }
      if (!kept || !kept.values) return;
      var newer = kept.version !== version();
      /* Sent by the person, and the row has moved on since: it arrived. */
      if ((kept.submitted && newer) || JSON.stringify(kept.values) === JSON.stringify(values())) { forget(); return; }
      var box = document.createElement('p');
      box.className = 'message message--warning form__full';
      box.setAttribute('role', 'status');
      var words = document.createElement('span');
      words.textContent = '本机留有您 ' + day(kept.at) + ' ' + clock(kept.at) + ' 填写而未能保存的内容。' +
        (newer ? '此后页面内容又有更新，恢复前请先核对。' : '');
      var back = document.createElement('button');
      back.type = 'button';
      back.className = 'button button--quiet button--small';
      back.textContent = '恢复';
      back.addEventListener('click', function () {
        put(kept.values);
        form.dispatchEvent(new Event('autosave:restored'));
        box.remove();
        dirty = true;
        send();
      });
      var drop = document.createElement('button');
      drop.type = 'button';
      drop.className = 'button button--quiet button--small';
      drop.textContent = '不要了';
      drop.addEventListener('click', function () { forget(); box.remove(); });
      box.append(words, back, drop);
      form.prepend(box);
    }
    offer();
  });
})();
