/* form[data-checksum="#box"]: computes the SHA-256 of the chosen file here, writes it into the box and
   sends the box's form (GET); the file itself is not sent. Without JavaScript, or when the file cannot
   be read, the form is posted with the file. Our own arithmetic, because browsers offer theirs only on
   https and only for a whole file in memory; this reads four megabytes at a time. */
(function () {
  'use strict';
  var PIECE = 4 * 1024 * 1024;
  var K = new Int32Array(64);
  var START = new Int32Array(8);

  /* The constants of FIPS 180-4: the first 32 bits of the fractions of cube and square roots of primes. */
  (function () {
    function fraction(root) { return ((root - Math.floor(root)) * 4294967296) | 0; }
    var found = 0;
    for (var number = 2; found < 64; number += 1) {
      var isPrime = true;
      for (var by = 2; by * by <= number; by += 1) if (number % by === 0) { isPrime = false; break; }
      if (!isPrime) continue;
      if (found < 8) START[found] = fraction(Math.sqrt(number));
      K[found] = fraction(Math.cbrt(number));
      found += 1;
    }
  })();

  function Sum() {
    this.state = Int32Array.from(START);
    this.words = new Int32Array(64);
    this.rest = new Uint8Array(64);
    this.waiting = 0;
    this.length = 0;
  }

  Sum.prototype.block = function (bytes, at) {
    var w = this.words, s = this.state, i, x, y;
    for (i = 0; i < 16; i += 1, at += 4) w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    for (i = 16; i < 64; i += 1) {
      x = w[i - 15];
      y = w[i - 2];
      w[i] = (w[i - 16] + w[i - 7] +
        (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
        (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
    }
    var a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (i = 0; i < 64; i += 1) {
      x = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      y = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + x) | 0; d = c; c = b; b = a; a = (x + y) | 0;
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  };

  Sum.prototype.add = function (bytes) {
    var at = 0;
    this.length += bytes.length;
    if (this.waiting) {
      at = Math.min(64 - this.waiting, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.waiting);
      this.waiting += at;
      if (this.waiting < 64) return;
      this.block(this.rest, 0);
      this.waiting = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.rest.set(bytes.subarray(at), 0);
    this.waiting = bytes.length - at;
  };

  Sum.prototype.end = function () {
    var bits = this.length * 8;
    var tail = new Uint8Array((this.waiting < 56 ? 64 : 128) - this.waiting);
    tail[0] = 128;
    for (var i = 1; i <= 8; i += 1) {
      tail[tail.length - i] = bits % 256;
      bits = Math.floor(bits / 256);
    }
    this.add(tail);
    return Array.from(this.state, function (word) { return (word >>> 0).toString(16).padStart(8, '0'); }).join('');
  };

  window.sha256Of = async function (file, progress) {
    var sum = new Sum();
    for (var at = 0; at < file.size; at += PIECE) {
      sum.add(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
      if (progress) progress(Math.min(1, (at + PIECE) / file.size));
    }
    return sum.end();
  };

  window.attach('form[data-checksum]', function (form) {
    var box = document.querySelector(form.dataset.checksum);
    var input = form.querySelector('input[type=file]');
    var state = form.querySelector('[data-checksum-state]');
    if (!box || !input || !window.File || !File.prototype.arrayBuffer) return;
    var busy = false;
    var button = form.querySelector('[type=submit]');
    if (button) button.hidden = true; /* choosing a file is enough */
    function begin() {
      var file = input.files[0];
      if (busy) return;
      busy = true;
      state.textContent = '正在本机计算校验值…';
      window.sha256Of(file, function (part) {
        state.textContent = '正在本机计算校验值 ' + Math.round(part * 100) + '%';
      }).then(function (sum) {
        box.value = sum;
        box.form.submit();
      }, function () {
        busy = false;
        if (button) button.hidden = false; /* the same file chosen again would be no change */
        state.textContent = '浏览器读不了这个文件，可能正被其他程序占用。请关闭后重新选择。';
      });
    }
    form.addEventListener('submit', function (event) {
      if (!input.files.length) return;
      event.preventDefault();
      begin();
    });
    input.addEventListener('change', function () { if (input.files.length) begin(); });
  });
})();
