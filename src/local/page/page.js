// Asks `fh local` what happened, twice a second, and shows it. Texts of producers and
// functions go into `textContent` only.
'use strict';

const PAUSE = 500; // ms between two questions
const MISSES = 3; // questions without an answer, until the server is taken for gone
const KEPT = 2000; // records of a stream that are listed
const ROWS = 500; // rows that are drawn
const EVENTS = 1000; // events of a full answer
const ENDS = ['delivered', 'dropped', 'failed'];
const ROUNDS = 12; // full answers, until they are drawn

const $ = (id) => document.getElementById(id);
const number = (it) => it.toLocaleString('en');
const records = (it) => `${number(it)} ${it === 1 ? 'record' : 'records'}`;

let run = null; // which process answers
let last = 0; // number of the last event
let streams = new Map(); // by name
let shown = null; // name of the stream that is shown
let states = []; // where records are, a stream each
let misses = 0;
let timer = 0;
let isBusy = false;
let isWanted = false; // at once, not after the pause
let drawn = { key: '', last: 0, text: '' }; // the record that is shown

/** A text whose controls, and what changes its direction, can be seen. */
const visible = (text) => String(text).replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
  (it) => `\\u{${it.charCodeAt(0).toString(16)}}`);

/** An element with this class and text, and children in it. */
function make(name, className = '', text = '', ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== '') made.textContent = visible(text);
  made.append(...children);
  return made;
}

async function ask(path) {
  const answer = await fetch(`/_fh/${path}`, { signal: AbortSignal.timeout(10000), cache: 'no-store' });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.message), { isAnswer: true });
  return body;
}

// ---- what happened

function streamOf(name) {
  if (!streams.has(name)) {
    streams.set(name, { newest: 0, previewed: 0, records: new Map(), objects: new Map(), rate: new Map() });
  }
  return streams.get(name);
}

/** Calls `change` with each record of these runs that is listed. */
function each(stream, runs, change) {
  for (const [first, end] of runs) {
    for (let at = Math.max(first, stream.newest - KEPT + 1); at <= end; at++) {
      if (!stream.records.has(at)) stream.records.set(at, { number: at, state: 'on its way', code: '', text: '' });
      change(stream.records.get(at));
    }
  }
}

function take(event) {
  if (!event.stream) return;
  const stream = streamOf(event.stream);
  const to = (state) => (record) => { record.state = state; };
  switch (event.activity) {
    case 'accepted': {
      const count = event.records.reduce((sum, [first, end]) => sum + end - first + 1, 0);
      const second = Math.floor(event.at / 1000);
      stream.rate.set(second, (stream.rate.get(second) ?? 0) + count);
      stream.newest = Math.max(stream.newest, ...event.records.map(([, end]) => end));
      each(stream, event.records, to('waiting'));
      break;
    }
    case 'invoked':
      each(stream, event.records, to(event.attempt > 1 ? `retry ${event.attempt - 1}` : 'in a call'));
      break;
    case 'settled':
      for (const { records, result, code } of event.outcomes) {
        each(stream, records, (record) => {
          record.state = result === 'delivered' ? 'buffered' : result;
          record.code = code ?? '';
        });
      }
      break;
    case 'writing':
      stream.objects.set(event.object, event.records);
      break;
    case 'written':
      if (event.role === 'delivery') each(stream, stream.objects.get(event.object) ?? [], to('delivered'));
      stream.objects.delete(event.object);
      break;
    case 'deleted':
      streams.delete(event.stream);
      break;
  }
}

function forget(stream, now) {
  for (const at of stream.records.keys()) if (at <= stream.newest - KEPT) stream.records.delete(at);
  for (const at of stream.rate.keys()) if (at < now / 1000 - 70) stream.rate.delete(at);
}

/** Events were missed: what they did to records that were on their way is unknown. */
function miss() {
  for (const stream of streams.values()) {
    stream.objects.clear();
    for (const it of stream.records.values()) if (!ENDS.includes(it.state)) it.state = 'unknown';
  }
}

function reset(id) {
  run = id;
  last = 0;
  streams = new Map();
  drawn = { key: '', last: 0, text: '' };
}

/** Asks, shows, and does so again after a pause; one at a time. */
async function poll() {
  clearTimeout(timer);
  if (isBusy) { isWanted = true; return; }
  if (document.hidden) return;
  isBusy = true;
  try {
    await look();
    misses = 0;
  } catch {
    misses += 1;
  }
  isBusy = false;
  if (misses >= MISSES) ended();
  else timer = setTimeout(poll, isWanted ? 0 : PAUSE);
  isWanted = false;
}

async function look() {
  let answer;
  for (let round = 0; round < ROUNDS; round++) {
    answer = await ask(`activity?after=${last}`);
    if (answer.run !== run) {
      const isFirst = run === null;
      reset(answer.run);
      if (!isFirst) continue;
    }
    if (answer.hasGap && last > 0) miss();
    for (const event of answer.events) { last = event.number; take(event); }
    if (answer.events.length < EVENTS) break;
  }
  states = (await ask('state')).streams;
  choose();
  const stream = streams.get(shown);
  if (stream) {
    await preview(stream);
    forget(stream, answer.now);
  }
  const isMissing = [...(stream?.records.values() ?? [])].some((it) => it.state === 'unknown');
  link(`live at ${location.host}${isMissing ? '; this page missed events, so the state of some records is unknown' : ''}`, true);
  draw(answer.now);
  await showRecord();
}

function ended() {
  if (!$('again').hidden) return;
  const time = new Date().toLocaleTimeString();
  link(`fh local has ended; this is from ${time}. Start it again, then connect.`, false);
}

/** The beginnings of new records, of all that are listed: an answer has some. */
async function preview(stream) {
  stream.previewed = Math.max(stream.previewed, stream.newest - KEPT);
  while (stream.previewed < stream.newest) {
    const found = await ask(`records?stream=${encodeURIComponent(shown)}&after=${stream.previewed}`);
    for (const { record, bytes, text } of found) {
      const it = stream.records.get(record);
      if (it) it.text = text || `${number(bytes)} B`;
    }
    stream.previewed = Math.min(found.at(-1)?.record ?? stream.newest, stream.newest);
  }
}

// ---- what is drawn

function set(element, text) {
  const seen = visible(text);
  if (element.textContent !== seen) element.textContent = seen;
}

function link(text, isUp) {
  set($('link'), text);
  $('link').className = isUp ? '' : 'bad';
  $('again').hidden = isUp;
  document.title = `${isUp ? '' : '(ended) '}${shown ?? 'no stream'} · fh local`;
}

/** Which stream is shown: that of the address, else the first. */
function choose() {
  const names = states.map((it) => it.name);
  const [wanted] = chosen();
  if (names.includes(wanted)) shown = wanted;
  if (!names.includes(shown)) shown = names[0] ?? null;
  const select = $('stream');
  if ([...select.options].map((it) => it.value).join('\n') !== names.join('\n')) {
    select.replaceChildren(...names.map((it) => make('option', '', it)));
  }
  if (shown !== null) select.value = shown;
  $('streams').hidden = names.length < 2;
  set($('name'), names.length === 1 ? shown : '');
}

function draw(now) {
  const state = states.find((it) => it.name === shown);
  if (state) drawCounts(state);
  $('stopped').hidden = !state?.stopped;
  set($('stopped'), state?.stopped ? `The stream has stopped: ${state.stopped}` : '');
  const stream = streams.get(shown);
  drawRate(stream?.rate ?? new Map(), now);
  drawList(stream);
}

function drawCounts(state) {
  const counts = [
    ['put', state.accepted, ''],
    ['waiting for the transform', state.waiting, ''],
    ['in a call', state.calling, ''],
    ['waiting for S3', state.delivering + state.failing + state.writing, ''],
    ['delivered', state.delivered, 'good'],
    ['dropped', state.dropped, ''],
    ['failed', state.failed, state.failed > 0 ? 'bad' : ''],
    ['backed up', state.backedUp, ''],
    ['finished before the restart', state.settledBefore, ''],
  ].filter(([, count], at) => at < 7 || count > 0);
  const list = $('counts');
  if (list.children.length !== counts.length) {
    list.replaceChildren(...counts.map(() => make('div', '', '', make('dt'), make('dd'))));
  }
  counts.forEach(([label, count, className], at) => {
    const [term, value] = list.children[at].children;
    set(term, label);
    set(value, number(count));
    value.className = className;
  });
}

function drawRate(rate, now) {
  // The second that goes on is not shown.
  const end = Math.floor(now / 1000);
  const counts = Array.from({ length: 60 }, (_, at) => rate.get(end - 60 + at) ?? 0);
  const most = Math.max(...counts);
  const bar = (count, at) => (count ? `M${at * 4} 32v${-Math.max(1, (count / most) * 32)}h3V32z` : '');
  $('rate').firstElementChild.setAttribute('d', counts.map(bar).join(''));
  const text = `records a second, last minute: up to ${number(most)}`;
  $('rate').setAttribute('aria-label', text);
  set($('rate-text'), text);
}

const hashOf = (it) => `#${encodeURIComponent(shown)}/${it}`;

/** Stream and number of the address. */
function chosen() {
  const [name, at] = location.hash.slice(1).split('/');
  try {
    return [decodeURIComponent(name ?? ''), Number(at) || 0];
  } catch {
    return ['', 0];
  }
}

function matches(record, words, isFailedOnly) {
  if (isFailedOnly && record.state !== 'failed') return false;
  const text = `${record.number} ${record.state} ${record.code} ${record.text}`.toLowerCase();
  return words.every((it) => text.includes(it));
}

const rows = new Map(); // by the address of the record

function rowOf(record) {
  const key = hashOf(record.number);
  if (!rows.has(key)) {
    const row = make('a', '', '', make('span', 'number', number(record.number)), make('span'), make('span', 'data'));
    row.href = key;
    rows.set(key, make('li', '', '', row));
  }
  const item = rows.get(key);
  const [, state, text] = item.firstChild.children;
  set(state, record.state === 'failed' ? '✗ failed' : record.state);
  state.className = { failed: 'bad', delivered: 'good' }[record.state] ?? '';
  set(text, record.code ? `${record.code}  ${record.text}` : record.text);
  return item;
}

function drawList(stream) {
  const words = $('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  const isFailedOnly = $('failed').checked;
  const all = [...(stream?.records.values() ?? [])].sort((a, b) => b.number - a.number);
  const found = all.filter((it) => matches(it, words, isFailedOnly));
  const wanted = found.slice(0, ROWS).map(rowOf);
  const list = $('list');
  const kept = new Set(wanted);
  // What is gone goes first: then nothing that stays is moved, and keeps the focus.
  for (const item of [...list.children]) if (!kept.has(item)) item.remove();
  wanted.forEach((item, at) => {
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
  });
  for (const [key, item] of rows) if (!kept.has(item)) rows.delete(key);
  mark();
  drawEmpty(all.length, found.length, stream);
}

function drawEmpty(all, found, stream) {
  const empty = $('empty');
  if (shown === null) set(empty, 'There is no delivery stream.');
  else if (all === 0) set(empty, `No record yet. In a terminal: fh send-demo --stream ${shown} --endpoint-url ${location.origin}`);
  else if (found === 0) set(empty, 'No record matches.');
  else if (found > ROWS) set(empty, `The newest ${number(ROWS)} of ${number(found)} are shown.`);
  else if (stream.newest > KEPT) set(empty, `The newest ${number(KEPT)} records are listed.`);
  else set(empty, '');
}

/** Marks the row of the record that is shown; Tab leads to it, arrow keys from there. */
function mark() {
  const items = [...$('list').querySelectorAll('a')];
  const current = items.find((it) => it.hash === location.hash) ?? null;
  const focused = items.includes(document.activeElement) ? document.activeElement : null;
  for (const item of items) {
    if (item === current) item.setAttribute('aria-current', 'true');
    else item.removeAttribute('aria-current');
    item.tabIndex = item === (focused ?? current ?? items[0]) ? 0 : -1;
  }
}

// ---- one record

const clock = (at) => {
  const time = new Date(at);
  const two = (it) => String(it).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
};

const size = (payload) => [`${number(payload.bytes)} B`, ...payload.layers].join(', ');

/** Shows the record of the address; draws it again if something happened to it. */
async function showRecord() {
  const [name, at] = chosen();
  document.body.classList.toggle('chosen', at > 0);
  if (!at || name !== shown) {
    if (drawn.key) $('record').replaceChildren(make('p', '', 'Choose a record.'));
    drawn = { key: '', last: 0, text: '' };
    return;
  }
  const key = hashOf(at);
  if (drawn.key === key && drawn.last === last) return;
  let text, parts;
  try {
    const story = await ask(`record?stream=${encodeURIComponent(name)}&record=${at}&style=pretty`);
    text = JSON.stringify(story);
    if (drawn.key === key && drawn.text === text) return;
    parts = drawRecord(story);
  } catch (error) {
    if (!error.isAnswer) throw error;
    text = error.message;
    parts = [make('h2', '', `Record ${number(at)}`), make('p', '', text)];
  }
  const isNew = drawn.key !== key;
  drawn = { key, last, text };
  const back = make('a', 'back', 'All records');
  back.href = '#';
  $('record').replaceChildren(back, ...parts);
  if (isNew && isNarrow()) {
    $('record').focus();
    scrollTo(0, 0);
  }
}

/** The list or a record is shown, not both. */
const isNarrow = () => matchMedia('(max-width: 56rem)').matches;

/** Why there is no data of an answer. */
const NO_DATA = {
  'not-answered': 'The transform has not answered yet.',
  'not-kept': 'Its answer is no longer kept.',
  'not-base64': 'The transform returned data that is not base64.',
  'not-returned': 'The transform returned no data.',
};

function drawRecord(story) {
  const code = story.settled?.errorCode;
  const attempts = story.calls.length;
  const className = { failed: 'bad', delivered: 'good' }[story.state] ?? '';
  const head = make('h2', '', `Record ${number(story.record)} · `, make('span', className, story.state));
  const why = code ? [make('p', 'bad', `${code} after ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}`)] : [];
  const call = story.calls.at(-1);
  const before = side('Before', story.payload, 'Its bytes are no longer kept.', story.payload ? size(story.payload) : '');
  const answered = call && [call.answeredAt === null ? 'not answered yet' : call.result, took(call), call.data ? size(call.data) : ''].filter(Boolean).join(', ');
  const after = side('After', call?.data, call ? call.message ?? NO_DATA[call.noData] : 'No transform has had it.', answered ?? '');
  const sides = make('div', '', '', before, after);
  sides.id = 'sides';
  const logs = story.calls.filter((it) => it.log.length > 0).map((it) => {
    const head = attempts > 1 ? `Log of attempt ${it.attempt}` : 'Log';
    return make('section', '', '', make('h3', '', head), make('pre', '', it.log.join('\n')));
  });
  return [head, ...why, sides, ...logs, steps(story), terminal(story)];
}

function side(title, payload, otherwise, about) {
  const head = make('h3', '', `${title} `, make('span', 'pale', about));
  if (!payload) return make('section', '', '', head, make('p', 'pale', otherwise));
  if (payload.text === null) return make('section', '', '', head, make('p', 'pale', 'Binary data.'));
  const text = payload.text === '' ? '(empty)' : payload.text;
  const cut = payload.isCut ? [make('p', 'pale', 'The text goes on.')] : [];
  return make('section', '', '', head, make('pre', '', text), ...cut);
}

const took = (call) => (call.durationMs === null ? '' : `${number(Math.round(call.durationMs))} ms`);

function steps(story) {
  const all = [];
  if (story.putAt !== null) all.push([story.putAt, 'put', story.payload ? size(story.payload) : '']);
  for (const call of story.calls) {
    const attempt = call.attempt > 1 ? `, attempt ${call.attempt}` : '';
    all.push([call.at, 'invoked', `call #${call.call}, record ${number(call.position)} of ${number(call.records)}${attempt}`]);
    const result = call.result ?? { 'not-kept': 'its answer is no longer kept' }[call.noData] ?? 'without this record';
    const why = [result, call.message].filter(Boolean).join(': ') + (call.isRetried ? '; called again' : '');
    if (call.answeredAt !== null) all.push([call.answeredAt, 'answered', why]);
  }
  if (story.settled) all.push([story.settled.at, story.settled.result, story.settled.errorCode ?? 'by the transform']);
  for (const { at, role, bucket, key, line } of story.objects) {
    const label = { backup: 'backed up', failures: 'written' }[role] ?? 'delivered';
    all.push([at, label, `s3://${bucket}/${key}${line === null ? '' : `, line ${number(line)}`}`]);
  }
  all.sort(([a], [b]) => a - b);
  const list = make('ol', '', '', ...all.map(([at, label, text]) => make('li', '', '', make('span', 'pale data', clock(at)), make('span', '', label), make('span', '', text))));
  list.id = 'steps';
  return make('section', '', '', make('h3', '', 'What happened'), list);
}

function terminal(story) {
  const stream = states.length > 1 ? ` --stream ${story.stream}` : '';
  const rest = `${story.record}${stream} --endpoint-url ${location.origin}`;
  const lines = [`fh local show ${rest}`, `fh local replay ${rest}`].join('\n');
  return make('section', '', '', make('h3', '', 'In a terminal'), make('pre', '', lines));
}

// ---- what the user does

const redraw = () => drawList(streams.get(shown));
$('filter').addEventListener('input', redraw);
$('failed').addEventListener('change', redraw);
document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
$('stream').addEventListener('change', () => { location.hash = `#${encodeURIComponent($('stream').value)}`; });
$('again').addEventListener('click', () => {
  misses = 0;
  set($('link'), 'Connecting …');
  poll();
});
$('list').addEventListener('keydown', (event) => {
  const items = [...$('list').querySelectorAll('a')];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const item = items[Math.min(Math.max(to, 0), items.length - 1)];
  item.focus();
  if (!isNarrow()) location.replace(item.href);
  mark();
});
addEventListener('hashchange', () => {
  mark();
  if (misses < MISSES) poll();
  else $('record').replaceChildren(make('p', '', 'fh local has ended: its records can no longer be read.'));
});
document.addEventListener('visibilitychange', () => { if (misses < MISSES) poll(); });
poll();
