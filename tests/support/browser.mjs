// Opens pages in headless Chromium and prints what became of them, as JSON.
//
//   node browser.mjs FOLDER PAGE...
//
// Without a page it is a conversation: a line of JSON on standard input is a command
// of the DevTools protocol, { "method": …, "params": … }, answered by a line with its
// result. `fh.events` takes the method of events and returns those that came.
//
// FOLDER has the npm package `@sparticuz/chromium`. Chromium is driven over a pipe, in
// the DevTools protocol, without a library.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [folder, ...pages] = process.argv.slice(2);
const entry = createRequire(join(folder, 'index.js')).resolve('@sparticuz/chromium');
const { default: chromium } = await import(pathToFileURL(entry));
const profile = mkdtempSync(join(tmpdir(), 'profile-'));
const flags = [
  '--headless=shell', '--no-sandbox', '--no-zygote', '--in-process-gpu', '--disable-gpu', '--disable-quic',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
  '--remote-debugging-pipe', `--user-data-dir=${profile}`,
];
const browser = spawn(await chromium.executablePath(), flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const [, , , toBrowser, fromBrowser] = browser.stdio;

let events = [];
let listener = () => {};
const answers = new Map();
let rest = '';
fromBrowser.on('data', (data) => {
  rest += data;
  for (let end; (end = rest.indexOf('\0')) >= 0; rest = rest.slice(end + 1)) {
    const message = JSON.parse(rest.slice(0, end));
    if (message.id) answers.get(message.id)(message);
    else { events.push(message); listener(message); }
  }
});
let last = 0;
function call(method, params = {}, sessionId = undefined) {
  return new Promise((resolve, reject) => {
    const id = ++last;
    answers.set(id, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
    toBrowser.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  });
}

// Runs in the page.
function look() {
  const all = [...document.querySelectorAll('*')];
  const names = (list) => [...new Set(list)].sort();
  return {
    title: document.title,
    text: document.body.innerText,
    tags: names(all.map((it) => it.localName)),
    attributes: names(all.flatMap((it) => it.getAttributeNames())),
    classes: names(all.flatMap((it) => [...it.classList])),
    isStyled: getComputedStyle(document.querySelector('h1') ?? document.body).fontSize === '22.4px',
    isTooWide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    ran: window.ran === true,
  };
}

async function attach() {
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await call(`${domain}.enable`, {}, sessionId);
  return sessionId;
}

const of = (method) => events.filter((it) => it.method === method).map((it) => it.params);

// Returns when it is loaded.
async function navigate(sessionId, url) {
  events = [];
  const loaded = new Promise((resolve) => {
    listener = ({ method }) => method === 'Page.loadEventFired' && resolve();
  });
  const result = await call('Page.navigate', { url }, sessionId);
  await loaded;
  return result;
}

async function open(page) {
  const sessionId = await attach();
  // A phone.
  const phone = { width: 375, height: 800, deviceScaleFactor: 1, mobile: true };
  await call('Emulation.setDeviceMetricsOverride', phone, sessionId);
  await navigate(sessionId, pathToFileURL(page).href);
  const { result } = await call('Runtime.evaluate', { expression: `(${look})()`, returnByValue: true }, sessionId);
  return {
    ...result.value,
    requests: of('Network.requestWillBeSent').map((it) => it.request.url),
    refused: of('Log.entryAdded').map((it) => it.entry.text).filter((it) => it.includes('Content Security Policy')),
  };
}

async function converse() {
  const sessionId = await attach();
  for await (const line of createInterface({ input: process.stdin })) {
    const { method, params } = JSON.parse(line);
    let result;
    if (method === 'fh.events') result = of(params.method);
    else if (method === 'Page.navigate') result = await navigate(sessionId, params.url);
    else result = await call(method, params, sessionId);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

if (pages.length > 0) {
  const seen = [];
  for (const page of pages) seen.push(await open(page));
  process.stdout.write(JSON.stringify(seen));
} else {
  await converse();
}
const gone = new Promise((resolve) => browser.once('exit', resolve));
await call('Browser.close');
await gone;
rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
process.exit(0);
