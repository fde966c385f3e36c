/* Live ticks for the password rules: [data-password-rules="id of the field"], each rule with
   data-rule: length | kinds | same | differs. Only a help; the server decides. */
(function () {
  'use strict';
  window.attach('[data-password-rules]', function (list) {
    var form = list.closest('form');
    var field = form.elements.namedItem(list.dataset.passwordRules);
    var again = form.elements.namedItem(list.dataset.passwordAgain || '');
    var before = form.elements.namedItem(list.dataset.passwordOld || '');
    if (!field) return;

    var own = (list.dataset.passwordOwn || '').toLowerCase().split(' ').filter(Boolean);

    function kinds(text) {
      return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter(function (kind) { return kind.test(text); }).length;
    }
    function met(rule) {
      var text = field.value;
      if (rule === 'length') return text.length >= Number(list.dataset.minLength || 10);
      if (rule === 'kinds') return kinds(text) >= Number(list.dataset.minKinds || 3);
      if (rule === 'differs') {
        return Boolean(text) && Boolean(before) && text !== before.value &&
          !own.some(function (word) { return text.toLowerCase().indexOf(word) >= 0; });
      }
      if (rule === 'same') return Boolean(text) && Boolean(again) && text === again.value;
      return false;
    }
    function show() {
      list.querySelectorAll('[data-rule]').forEach(function (line) {
        var yes = met(line.dataset.rule);
        line.classList.toggle('is-met', yes);
        line.querySelector('[data-rule-state]').textContent = yes ? '（已满足）' : '';
      });
    }
    form.addEventListener('input', show);
    show();
  });

  /* 显示密码: a button that shows what is typed. */
  window.attach('[data-show-password]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () {
      var shown = button.getAttribute('aria-pressed') === 'true';
      button.dataset.showPassword.split(' ').forEach(function (name) {
        var field = button.form.elements.namedItem(name);
        if (field) field.type = shown ? 'password' : 'text';
      });
      button.setAttribute('aria-pressed', String(!shown));
      button.textContent = shown ? '显示密码' : '隐藏密码';
    });
  });
})();
