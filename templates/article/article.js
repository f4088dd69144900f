/* What a page can do besides being read. Without this it lacks nothing that it says. */
(function () {
  'use strict';
  var words = document.currentScript.dataset;
  var collator = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });

  function say(sentence) {
    var fill = arguments;
    return sentence.replace(/%([1-9])/g, function (all, n) { return fill[n]; });
  }
  function all(selector, from) { return Array.from(from.querySelectorAll(selector)); }
  function make(name, attributes, content) {
    var element = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    (content || []).forEach(function (child) { element.append(child); });
    return element;
  }

  /* --- sorting --- */

  var UNITS = { ns: 1e-9, 'µs': 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86400,
    kB: 1e3, KB: 1e3, KiB: 1024, MB: 1e6, MiB: 1048576, GB: 1e9, GiB: 1073741824 };

  function quantity(text) {
    var match = /^([+\-−]?[\d.,\s]*\d)\s*(\S*)/.exec(text);
    if (!match) return null;
    return parseFloat(match[1].replace('−', '-').replace(/[,\s]/g, '')) * (UNITS[match[2]] || 1);
  }

  function compare(a, b) {
    var x = quantity(a), y = quantity(b);
    if (a === '' || b === '') return (a === '') - (b === '');
    return x !== null && y !== null && !/[.:].*[.:]/.test(a + b) ? x - y || collator.compare(a, b) : collator.compare(a, b);
  }

  function sort(table, header, column) {
    var down = header.getAttribute('aria-sort') === 'ascending';
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row, place) {
      return { row: row, place: place, text: row.cells[column].textContent.trim() };
    });
    rows.sort(function (a, b) {
      if (a.text === '' || b.text === '') return compare(a.text, b.text) || a.place - b.place;
      return (down ? compare(b.text, a.text) : compare(a.text, b.text)) || a.place - b.place;
    });
    rows.forEach(function (each) { body.append(each.row); });
    all('thead th', table).forEach(function (other) { other.removeAttribute('aria-sort'); });
    header.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  }

  function makeSortable(table) {
    var head = table.tHead.rows[table.tHead.rows.length - 1];
    if (table.tBodies[0].rows.length < 2) return;
    Array.from(head.cells).forEach(function (header, column) {
      var button = make('button', { type: 'button' }, Array.from(header.childNodes));
      header.append(button);
      button.addEventListener('click', function () { sort(table, header, column); });
    });
  }

  /* --- filtering --- */

  var KEYS = {
    mark: function (row) { return (row.dataset.mark || '').split(' '); },
    state: function (row) { return [row.dataset.state || '']; },
    rule: function (row) { return [row.dataset.rule || '']; },
    port: function (row) {
      var ports = [row.dataset.port || '', row.dataset.port2 || ''];
      all('.end', row).forEach(function (cell) {
        var match = /:(\d+)$/.exec(cell.textContent.trim());
        if (match) ports.push(match[1]);
      });
      return ports;
    }
  };

  function chooser(table, key) {
    var counts = new Map();
    Array.from(table.tBodies[0].rows).forEach(function (row) {
      new Set(KEYS[key](row)).forEach(function (value) {
        if (value !== '') counts.set(value, (counts.get(value) || 0) + 1);
      });
    });
    if (counts.size < 2) return null;
    var select = make('select', { 'data-key': key }, [make('option', { value: '' }, [words.sayAll])]);
    Array.from(counts.keys()).sort(collator.compare).slice(0, 500).forEach(function (value) {
      select.append(make('option', { value: value }, [value + ' (' + counts.get(value) + ')']));
    });
    return make('label', {}, [words['say' + key[0].toUpperCase() + key.slice(1)], select]);
  }

  function filter(table, form, said) {
    var rows = Array.from(table.tBodies[0].rows), shown = 0;
    var wanted = all('select', form).filter(function (select) { return select.value !== ''; });
    rows.forEach(function (row) {
      row.hidden = !wanted.every(function (select) {
        return KEYS[select.dataset.key](row).indexOf(select.value) >= 0;
      });
      shown += !row.hidden;
    });
    said.textContent = wanted.length ? say(words.sayRows, shown, rows.length) : '';
  }

  function makeFilterable(table) {
    var said = make('output', { 'aria-live': 'polite' });
    var form = make('div', { 'class': 'filters', role: 'group', 'aria-label': words.sayFilter });
    table.dataset.filters.split(' ').forEach(function (key) {
      var label = table.tBodies[0].rows.length > 3 && chooser(table, key);
      if (label) form.append(label);
    });
    if (!form.firstChild) return;
    form.append(said);
    form.addEventListener('change', function () { filter(table, form, said); });
    table.closest('.scroll').before(form);
  }

  /* --- one packet, wherever it is shown --- */

  function Links(root) {
    this.root = root;
    this.byFrame = new Map();
    this.shown = [];
    this.pinned = null;
    this.listeners = [];
    var add = this.add.bind(this);
    all('[data-frame]', root).forEach(function (element) {
      var last = Number(element.dataset.lastFrame || element.dataset.frame);
      if (element.dataset.lastFrame && !element.dataset.flow) last = Number(element.dataset.frame);
      for (var frame = Number(element.dataset.frame); frame <= last && frame < Number(element.dataset.frame) + 5000; frame++)
        add(String(frame), element);
    });
    all('[data-frames]', root).forEach(function (element) {
      element.dataset.frames.split(' ').forEach(function (frame) { add(frame, element); });
    });
  }
  Links.prototype.add = function (frame, element) {
    if (!this.byFrame.has(frame)) this.byFrame.set(frame, []);
    this.byFrame.get(frame).push(element);
  };
  Links.prototype.show = function (frames) {
    this.shown.forEach(function (element) { element.classList.remove('linked'); });
    this.shown = [];
    frames.forEach(function (frame) {
      (this.byFrame.get(frame) || []).concat(this.passing(frame)).forEach(function (element) {
        element.classList.add('linked');
        this.shown.push(element);
      }, this);
    }, this);
  };
  /* In the table that changes with time. */
  Links.prototype.passing = function (frame) {
    return all('.moment-table [data-frame], .moment-table [data-frames]', this.root).filter(function (element) {
      return (element.dataset.frame || element.dataset.frames).split(' ').indexOf(frame) >= 0;
    });
  };
  Links.prototype.rest = function () { this.show(this.pinned === null ? [] : [this.pinned]); };
  Links.prototype.row = function (frame) {
    return (this.byFrame.get(frame) || []).find(function (element) { return element.id && element.localName === 'tr'; });
  };
  Links.prototype.pin = function (frame) {
    all('.pinned', this.root).forEach(function (row) { row.classList.remove('pinned'); });
    this.pinned = frame === this.pinned ? null : frame;
    this.rest();
    var row = this.pinned !== null && this.row(frame);
    if (!row) return;
    row.classList.add('pinned');
    var box = row.closest('.scroll');
    if (row.offsetTop < box.scrollTop || row.offsetTop > box.scrollTop + box.clientHeight - 40)
      box.scrollTop = row.offsetTop - box.clientHeight / 2;
    this.listeners.forEach(function (listener) { listener(row); });
  };

  function makeLinked(root) {
    var links = new Links(root);
    function subject(event) {
      var element = event.target.closest && event.target.closest('[data-frame]');
      return element && element.dataset.frame;
    }
    root.addEventListener('pointerover', function (event) {
      var frame = subject(event);
      if (frame) links.show([frame]);
    });
    root.addEventListener('pointerout', function (event) { if (subject(event)) links.rest(); });
    root.addEventListener('focusin', function (event) {
      var frame = subject(event);
      if (frame) links.show([frame]); else links.rest();
    });
    root.addEventListener('click', function (event) {
      var frame = subject(event);
      if (!frame || event.target.closest('button, summary')) return;
      if (event.target.closest('a') && links.pinned === frame) return;
      links.pin(frame);
    });
    root.addEventListener('keydown', function (event) {
      if (event.key === 'Escape' && links.pinned !== null) links.pin(links.pinned);
    });
    return links;
  }

  /* --- the sockets at any moment --- */

  function changesOf(section) {
    return all('table.changes tbody tr', section).map(function (row, place) {
      var texts = row.dataset;
      return { row: row, at: texts.at, since: row.cells[0].textContent, state: texts.state,
        frames: (texts.frames || '').split(' ').filter(Boolean), place: place,
        key: [texts.side, row.cells[4].textContent, row.cells[5].textContent].join(' ') };
    });
  }

  /* Those there are after so many changes, listeners first. */
  function socketsAfter(changes, count) {
    var now = new Map();
    changes.slice(0, count).forEach(function (change) {
      var old = now.get(change.key);
      now.set(change.key, { change: change, first: old ? old.first : change.place });
    });
    return Array.from(now.values()).filter(function (socket) {
      return socket.change.state !== 'CLOSED';
    }).sort(function (a, b) {
      return (b.change.state === 'LISTEN') - (a.change.state === 'LISTEN') || a.first - b.first;
    });
  }

  function makeMoments(section, links) {
    var texts = section.dataset, changes = changesOf(section), moments = [];
    changes.forEach(function (change, i) {
      if (i + 1 === changes.length || changes[i + 1].at !== change.at)
        moments.push({ at: change.at, since: change.since, count: i + 1 });
    });
    if (moments.length < 2) return;
    var range = make('input', { type: 'range', min: 0, max: moments.length - 1, step: 1, 'aria-label': texts.saySlider });
    var before = make('button', { type: 'button', 'aria-label': texts.sayBefore, title: texts.sayBefore }, ['◀']);
    var after = make('button', { type: 'button', 'aria-label': texts.sayAfter, title: texts.sayAfter }, ['▶']);
    var when = make('output', { 'class': 'when' });
    var body = make('tbody');
    var head = section.querySelector('table.changes thead').cloneNode(true);
    var table = make('table', { 'class': 'moment-table' }, [make('caption', {}, [texts.sayCaption]), head, body]);
    head.rows[0].cells[0].remove();

    function show(live) {
      var moment = moments[range.value], sockets = socketsAfter(changes, moment.count), frames = [];
      body.replaceChildren.apply(body, sockets.map(function (socket) {
        var row = socket.change.row.cloneNode(true);
        row.hidden = false;
        row.className = '';
        all('.linked', row).forEach(function (element) { element.classList.remove('linked'); });
        row.cells[0].remove();
        if (socket.change.at === moment.at) {
          row.className = 'new';
          row.cells[5].append(make('span', { 'class': 'aside' }, [' ' + texts.sayNew]));
          frames = frames.concat(socket.change.frames);
        }
        return row;
      }));
      when.setAttribute('aria-live', live ? 'polite' : 'off');
      when.textContent = say(texts.sayMoment, moment.since, sockets.length);
      range.setAttribute('aria-valuetext', when.textContent);
      if (live !== null) links.show(frames);
    }
    function step(by) { range.value = Number(range.value) + by; show(true); }
    range.addEventListener('input', function () { show(false); });
    before.addEventListener('click', function () { step(-1); });
    after.addEventListener('click', function () { step(1); });
    links.listeners.push(function (row) {
      var at = row.dataset.at, i = moments.length - 1;
      while (i > 0 && (moments[i].at.length > at.length || moments[i].at > at)) i--;
      range.value = i;
      show(null);
      links.rest();
    });

    range.value = moments.length - 1;
    show(null);
    section.querySelector('h2').after(
      make('p', { 'class': 'aside' }, [texts.sayHint]),
      make('div', { 'class': 'moment' }, [
        make('div', { 'class': 'slider' }, [before, range, after]), when,
        make('div', { 'class': 'scroll', role: 'group', tabindex: 0, 'aria-label': texts.sayCaption }, [table])]));
  }

  all('table[data-filters]', document).forEach(makeFilterable);
  all('.chapter', document).forEach(function (chapter) {
    var links = makeLinked(chapter);
    all('.moments', chapter).forEach(function (section) { makeMoments(section, links); });
  });
  all('table.sortable', document).forEach(makeSortable);
  addEventListener('beforeprint', function () {
    all('details:not(.all-changes)', document).forEach(function (details) { details.open = true; });
  });
})();
