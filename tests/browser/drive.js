/*
 * Drives chromium by its DevTools protocol, through a pipe: no socket is opened
 * and no library is needed. Prints TAP.
 */
'use strict';
const fs = require('fs');
const path = require('path');
const { spawn } = require('child_process');

const [chromium, work] = process.argv.slice(2);
const WAIT_MS = 60000;

/* --- the protocol: JSON, each message ended by a zero byte --- */

class Browser {
  constructor() {
    this.child = spawn(chromium, ['--headless', '--no-sandbox', '--disable-gpu',
      '--remote-debugging-pipe', '--user-data-dir=' + path.join(work, 'profile'), 'about:blank'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.next = 1;
    this.waiting = new Map();
    this.events = [];
    this.rest = Buffer.alloc(0);
    this.child.stdio[4].on('data', (piece) => this.take(piece));
  }
  take(piece) {
    this.rest = Buffer.concat([this.rest, piece]);
    for (let end; (end = this.rest.indexOf(0)) >= 0; this.rest = this.rest.subarray(end + 1)) {
      const message = JSON.parse(this.rest.subarray(0, end).toString());
      const waiting = this.waiting.get(message.id);
      if (!waiting) {
        this.events.push(message);
        continue;
      }
      this.waiting.delete(message.id);
      if (message.error)
        waiting.reject(new Error(message.error.message));
      else
        waiting.resolve(message.result);
    }
  }
  send(method, params = {}, sessionId = undefined) {
    const id = this.next++;
    this.child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }
  async event(method) {
    for (;;) {
      const i = this.events.findIndex((event) => event.method === method);
      if (i >= 0) return this.events.splice(i, 1)[0];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

class Tab {
  static async open(browser) {
    const tab = new Tab();
    tab.browser = browser;
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    tab.session = (await browser.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    for (const domain of ['Page', 'Runtime', 'Log', 'Network'])
      await tab.send(domain + '.enable');
    return tab;
  }
  send(method, params) { return this.browser.send(method, params, this.session); }
  async go(file, hash = '') {
    this.browser.events.length = 0;
    await this.send('Page.navigate', { url: 'about:blank' });
    await this.browser.event('Page.loadEventFired');
    await this.send('Page.navigate', { url: 'file://' + path.join(work, file) + hash });
    await this.browser.event('Page.loadEventFired');
  }
  async is(expression) {
    const answer = await this.send('Runtime.evaluate',
      { expression, returnByValue: true, awaitPromise: true });
    if (answer.exceptionDetails)
      throw new Error(expression + ': ' + answer.exceptionDetails.exception.description);
    return answer.result.value;
  }
  async key(key, code) {
    for (const type of ['keyDown', 'keyUp'])
      await this.send('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: code,
        text: type === 'keyDown' && key === 'Enter' ? '\r' : undefined });
  }
  /* What a person would see in the console, and whom the page asked. */
  troubles() {
    return this.browser.events.filter((event) =>
      event.method === 'Runtime.exceptionThrown' || event.method === 'Log.entryAdded' ||
      (event.method === 'Runtime.consoleAPICalled' && /error|warn/.test(event.params.type)))
      .map((event) => JSON.stringify(event.params).slice(0, 400));
  }
  requests() {
    return this.browser.events.filter((event) => event.method === 'Network.requestWillBeSent')
      .map((event) => event.params.request.url).filter((url) => !/^(file|about|data):/.test(url));
  }
  width(width, height = 800) {
    return this.send('Emulation.setDeviceMetricsOverride',
      { width, height, deviceScaleFactor: 1, mobile: width < 500 });
  }
  media(media, scheme) {
    return this.send('Emulation.setEmulatedMedia',
      { media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }
  script(runs) { return this.send('Emulation.setScriptExecutionDisabled', { value: !runs }); }
}

/* --- what is asked --- */

let count = 0, failed = 0;

function say(holds, sentence, why) {
  count++;
  failed += !holds;
  console.log((holds ? 'ok ' : 'not ok ') + count + ' - ' + sentence);
  if (!holds && why !== undefined)
    console.log(String(typeof why === 'string' ? why : JSON.stringify(why, null, 1)).replace(/^/gm, '# '));
}

const HELPERS = `
  var texts = (selector) => Array.from(document.querySelectorAll(selector), (e) => e.textContent.trim());
  var rows = (selector) => Array.from(document.querySelectorAll(selector + ' tbody tr'));
  var shown = (selector) => rows(selector).filter((row) => !row.hidden).length;
  var column = (selector, i) => rows(selector).map((row) => row.cells[i].textContent.trim());
  var isSorted = (list, down) => list.every((x, i) => i === 0 || (down ? x <= list[i - 1] : x >= list[i - 1]));
  var header = (selector, i) => document.querySelector(selector + ' thead tr:last-child').cells[i];
`;

async function isQuiet(tab, name) {
  say(tab.troubles().length === 0, name + ': nothing is in the console', tab.troubles());
  say(tab.requests().length === 0, name + ': nothing is asked for', tab.requests());
}

async function fits(tab, name, file) {
  for (const width of [375, 1280]) {
    await tab.width(width);
    await tab.go(file);
    const over = await tab.is(`document.documentElement.scrollWidth - document.documentElement.clientWidth`);
    say(over <= 0, name + ': at ' + width + ' pixels nothing sticks out', over + ' pixels too wide');
  }
}

async function sorts(tab) {
  await tab.is(HELPERS);
  await tab.is(`header('.wireshark', 6).querySelector('button').click()`);
  say(await tab.is(`isSorted(column('.wireshark', 6).map(Number))`), 'a click on a heading sorts by it');
  say(await tab.is(`header('.wireshark', 6).getAttribute('aria-sort')`) === 'ascending', 'and the heading says so');
  await tab.is(`header('.wireshark', 6).querySelector('button').focus()`);
  await tab.key('Enter', 13);
  say(await tab.is(`isSorted(column('.wireshark', 6).map(Number), true) && header('.wireshark', 6).getAttribute('aria-sort') === 'descending'`),
    'the Enter key sorts the other way round');
  await tab.is(`header('.wireshark', 0).querySelector('button').click()`);
  say(await tab.is(`isSorted(column('.wireshark', 0).map(Number)) && !header('.wireshark', 6).hasAttribute('aria-sort')`),
    'only one heading is sorted by');
}

async function filters(tab) {
  await tab.is(HELPERS);
  const all = await tab.is(`shown('.wireshark')`);
  await tab.is(`(() => { var s = document.querySelector('.packets select[data-key=mark]');
    s.value = 'retransmission'; s.dispatchEvent(new Event('change', { bubbles: true })); })()`);
  const marked = await tab.is(`rows('.wireshark').filter((row) => row.dataset.mark && row.dataset.mark.split(' ').includes('retransmission')).length`);
  say(marked > 0 && marked < all && await tab.is(`shown('.wireshark')`) === marked, 'packets are chosen by their mark');
  say(await tab.is(`document.querySelector('.packets .filters output').textContent`) === marked + ' of ' + all + ' rows',
    'and their number is announced');
  await tab.is(`(() => { var s = document.querySelector('.packets select[data-key=port]');
    s.value = '40355'; s.dispatchEvent(new Event('change', { bubbles: true })); })()`);
  const both = await tab.is(`shown('.wireshark')`);
  say(both > 0 && both < marked, 'a port narrows that down');
  await tab.is(`document.querySelectorAll('.packets select').forEach((s) => { s.value = ''; s.dispatchEvent(new Event('change', { bubbles: true })); })`);
  say(await tab.is(`shown('.wireshark')`) === all, 'all come back');
  await tab.is(`(() => { var s = document.querySelector('.moments select[data-key=state]');
    s.value = 'SYN_RECV'; s.dispatchEvent(new Event('change', { bubbles: true })); })()`);
  say(await tab.is(`rows('.changes').filter((row) => !row.hidden).every((row) => row.dataset.state === 'SYN_RECV')`),
    'changes are chosen by their state');
}

async function links(tab) {
  await tab.is(HELPERS);
  say(await tab.is(`document.querySelectorAll('svg g[data-frame="2"]').length`) > 0, 'figures name their frames');
  await tab.is(`document.querySelector('svg g[data-frame="2"]').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))`);
  say(await tab.is(`document.querySelector('#frame-2').classList.contains('linked')`), 'a packet in a figure shows its row');
  await tab.is(`document.querySelector('#frame-2 a').focus()`);
  say(await tab.is(`document.querySelector('svg g[data-frame="2"]').classList.contains('linked')`),
    'a row in focus shows the packet in the figure');
  await tab.is(`document.querySelector('#frame-2 td.info').click()`);
  await tab.is(`document.activeElement.blur()`);
  say(await tab.is(`document.querySelector('#frame-2').classList.contains('pinned') &&
    document.querySelectorAll('tr.linked:not(#frame-2)').length > 0`), 'a click keeps it, in the tables too');
  await tab.is(`document.querySelector('#frame-2 a').focus()`);
  await tab.key('Escape', 27);
  await tab.is(`document.activeElement.blur(); document.querySelector('h1').dispatchEvent(new FocusEvent('focusin', { bubbles: true }))`);
  say(await tab.is(`!document.querySelector('.pinned, .linked')`), 'the Escape key lets it go');
}

async function slides(tab) {
  await tab.is(HELPERS);
  say(await tab.is(`document.querySelector('.slider input').getAttribute('aria-valuetext') === document.querySelector('.when').textContent`),
    'the slider says its time');
  await tab.is(`(() => { var r = document.querySelector('.slider input'); r.value = 0; r.dispatchEvent(new Event('input', { bubbles: true })); r.focus(); })()`);
  const first = await tab.is(`column('.moment-table', 5)`);
  say(first.some((state) => state.startsWith('LISTEN')), 'at the beginning somebody listens', first);
  for (let i = 0; i < 6; i++) await tab.key('ArrowRight', 39);
  const later = await tab.is(`column('.moment-table', 5)`);
  say(await tab.is(`document.querySelector('.slider input').value`) === '6' && later.length > first.length,
    'the arrow keys move it, and sockets appear', later);
  say(await tab.is(`document.querySelectorAll('.moment-table tr.new').length`) > 0, 'what changed is marked');
  await tab.is(`document.querySelector('.slider button').click()`);
  say(await tab.is(`document.querySelector('.slider input').value === '5' && document.querySelector('.when').getAttribute('aria-live') === 'polite'`),
    'its buttons go from change to change, and it is announced');
  await tab.is(`(() => { var r = document.querySelector('.slider input'); r.value = r.max; r.dispatchEvent(new Event('input', { bubbles: true })); })()`);
  /* Each socket's last change, told from the list. */
  const last = await tab.is(`(() => { var m = new Map(); rows('.changes').forEach((row) => m.set(row.dataset.side + row.cells[4].textContent + row.cells[5].textContent, row.dataset.state));
    return Array.from(m.values()).filter((s) => s !== 'CLOSED').sort().join(' '); })()`);
  const end = await tab.is(`rows('.moment-table').map((row) => row.dataset.state).sort().join(' ')`);
  say(last === end, 'at the end it shows what was last', [last, end]);
}

/* From one thing that can be used to the next, as who has no pointer goes. */
async function walks(tab) {
  await tab.is(HELPERS);
  const seen = new Set();
  const invisible = [];
  let first;
  await tab.is(`document.activeElement.blur(); window.scrollTo(0, 0)`);
  for (let i = 0; i < 250; i++) {
    await tab.key('Tab', 9);
    const at = await tab.is(`(() => { var e = document.activeElement, s = getComputedStyle(e);
      return { what: e.matches('th button') ? 'heading' : e.matches('.filters select') ? 'filter' :
          e.matches('.slider input') ? 'slider' : e.matches('.slider button') ? 'step' :
          e.matches('.evidence a') ? 'evidence' : e.matches('summary') ? 'summary' :
          e.matches('.scroll, .canvas') ? 'scroll' : e.matches('.skip') ? 'skip' : e.tagName,
        shows: s.outlineStyle !== 'none' || s.boxShadow !== 'none', html: e.outerHTML.slice(0, 80) }; })()`);
    first = first || at.what;
    if (at.what === 'BODY') break;
    seen.add(at.what);
    if (!at.shows) invisible.push(at.html);
  }
  say(first === 'skip', 'the first Tab leads to a way past the head', first);
  const wanted = ['heading', 'filter', 'slider', 'step', 'evidence', 'summary', 'scroll'];
  say(wanted.every((what) => seen.has(what)), 'Tab leads to all that can be used', Array.from(seen));
  say(invisible.length === 0, 'and where it leads is to be seen', invisible.slice(0, 4));
  const all = await tab.is(`shown('.wireshark')`);
  await tab.is(`document.querySelector('.packets select[data-key=mark]').focus()`);
  await tab.key('ArrowDown', 40);
  const fewer = await tab.is(`shown('.wireshark')`);
  say(fewer > 0 && fewer < all, 'an arrow key chooses a mark', [all, fewer]);
}

async function axe(tab, name, file) {
  if (!process.env.SYNSCOPE_AXE) return;
  const source = fs.readFileSync(process.env.SYNSCOPE_AXE, 'utf8');
  for (const [width, scheme] of [[1280, 'light'], [1280, 'dark'], [375, 'light']]) {
    await tab.width(width);
    await tab.media('screen', scheme);
    await tab.go(file);
    await tab.is(source + ';0');
    await tab.is(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`);
    const broken = await tab.is(`axe.run({ resultTypes: ['violations'] }).then((r) => r.violations.map((v) =>
      v.id + ' (' + v.impact + '): ' + v.nodes.length + ' ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' | ' + (n.failureSummary || '').slice(0, 200)).join(' || ')))`);
    say(broken.length === 0, name + ': axe finds nothing, ' + scheme + ' at ' + width, broken);
  }
  await tab.media('', 'light');
}

async function looks(tab, file) {
  const color = () => tab.is(`getComputedStyle(document.body).backgroundColor`);
  await tab.width(1280);
  await tab.go(file);
  await tab.media('screen', 'light');
  const light = await color();
  await tab.media('screen', 'dark');
  const dark = await color();
  say(light !== dark && /rgb\((1|2|3)\d?,/.test(dark), 'the page is dark where that is wished', [light, dark]);
  await tab.media('print', 'light');
  say(await tab.is(`getComputedStyle(document.querySelector('.ways')).display === 'none' &&
    getComputedStyle(document.querySelector('.tall')).maxHeight === 'none'`), 'on paper nothing is in a box that scrolls');
  await tab.media('', 'light');
}

async function withoutScript(tab, file) {
  await tab.script(false);
  await tab.go(file);
  await tab.script(true);
  say(await tab.is(`!document.querySelector('button, select, input') && document.querySelectorAll('.wireshark tbody tr').length > 10 &&
    document.querySelectorAll('.sockets tbody tr').length > 5 && document.querySelectorAll('.changes tbody tr').length > 10`),
    'without scripts all is there, and nothing that would do nothing');
}

/* Whatever was written into it, a page holds the elements of its template and nothing that acts. */
async function isHarmless(tab, folder, scripts) {
  const files = fs.readdirSync(path.join(work, folder)).filter((name) => name.endsWith('.html'));
  say(files.length === 3, folder + ': each capture has its page', files);
  for (const file of files) {
    await tab.go(folder + '/' + file);
    const found = await tab.is(`({ scripts: document.scripts.length,
      strangers: document.querySelectorAll('img, iframe, object, embed, base, form, main style:not(svg style)').length,
      handlers: Array.from(document.querySelectorAll('*')).filter((e) => e.getAttributeNames().some((n) => n.startsWith('on'))).length,
      links: Array.from(document.links).filter((a) => !a.href.startsWith('file:')).length,
      turned: /[\\u202a-\\u202e\\u2066-\\u2069\\x00-\\x08\\x0b-\\x1f]/.test(document.documentElement.outerHTML) })`);
    say(JSON.stringify(found) === JSON.stringify({ scripts, strangers: 0, handlers: 0, links: 0, turned: false }),
      folder + ': hostile words stay words', [file, found]);
    await isQuiet(tab, folder);
  }
  await tab.go(folder + '/index.html');
  say(await tab.is(`document.body.textContent.includes('<script>alert(1)</script>')`), folder + ': and are to be read');
}

async function all(browser) {
  const tab = await Tab.open(browser);
  const pages = [['experiment', 'experiment/index.html'], ['a stage', 'experiment/listen.html'],
    ['a capture', 'capture/index.html'], ['its page', 'capture/odd-queue-full.html'],
    ['Chinese', 'chinese/accept-once.html'], ['plain', 'plain/listen.html'], ['a single file', 'single.html']];
  for (const [name, file] of pages.filter((page) => fs.existsSync(path.join(work, page[1])))) {
    await fits(tab, name, file);
    await isQuiet(tab, name);
    say(await tab.is(`new Set(Array.from(document.querySelectorAll('[id]'), (e) => e.id)).size === document.querySelectorAll('[id]').length`),
      name + ': no id is there twice');
    say(await tab.is(`Array.from(document.querySelectorAll('a[href^="#"]')).every((a) => document.getElementById(decodeURIComponent(a.hash.slice(1))))`),
      name + ': each link within it leads somewhere',
      await tab.is(`Array.from(document.querySelectorAll('a[href^="#"]')).filter((a) => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map((a) => a.outerHTML).slice(0, 5)`));
    await axe(tab, name, file);
  }
  const stage = 'experiment/listen.html';
  await tab.width(1280);
  await tab.go(stage);
  await sorts(tab);
  await filters(tab);
  await tab.go(stage);
  await links(tab);
  await slides(tab);
  await tab.go(stage);
  await walks(tab);
  await isQuiet(tab, 'after all that');
  await looks(tab, stage);
  await withoutScript(tab, stage);
  await isHarmless(tab, 'hostile', 1);
  await isHarmless(tab, 'hostile-plain', 0);
}

const browser = new Browser();
const timer = setTimeout(() => { say(false, 'the browser answers in time'); end(); }, WAIT_MS * (process.env.SYNSCOPE_AXE ? 10 : 3));

function end() {
  clearTimeout(timer);
  console.log('1..' + count);
  browser.child.kill();
  process.exitCode = failed > 0 ? 1 : 0;
}
all(browser).catch((error) => say(false, 'the browser can be driven', error.stack)).finally(end);
