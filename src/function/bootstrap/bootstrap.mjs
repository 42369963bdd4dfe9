// Runs a Node.js handler against the Lambda Runtime API: with the official
// client, aws-lambda-ric, if the code has it built; else with the loop below,
// which does the same for what a transform needs, and says so.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const root = process.cwd();
const name = process.env._HANDLER;
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** The official client, if it is there and its native part was built: not on macOS, nor where npm runs no scripts. */
function official() {
  try {
    const client = createRequire(join(root, "_")).resolve("aws-lambda-ric");
    const native = ["rapid-client.node", "../build/Release/rapid-client.node"];
    return native.some((file) => existsSync(join(dirname(client), file))) ? client : null;
  } catch {
    return null;
  }
}

/** One request; resolves with the headers and the body of the answer. */
function call(method, path, body, kind, more) {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    if (kind) headers["Lambda-Runtime-Function-Error-Type"] = kind;
    Object.assign(headers, more);
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime${path}`, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", () => process.exit(1));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        // `fh` knows why it refused, and what is said here would be of its own code.
        if (response.statusCode >= 300) process.exit(1);
        resolve({ headers: response.headers, body: text });
      });
    });
    // `fh` is gone.
    request.on("error", () => process.exit(1));
    request.end(body);
  });
}

/** An error as Lambda tells it. */
function describe(error, type) {
  if (!(error instanceof Error) && typeof error?.stack !== "string") {
    return { errorType: type ?? typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = error.stack.split("\n");
  // What follows is this file, which Lambda does not have.
  const own = trace.findIndex((line) => line.includes("/[eval1]:"));
  return { errorType: type ?? error.name, errorMessage: error.message, trace: own < 0 ? trace : trace.slice(0, own) };
}

/** `/code/index.mjs:3` and that line: an ES module that does not parse does not tell it in its stack. */
function placed(error, file) {
  if (!error.stack.startsWith("/")) {
    const checked = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 5000 });
    const place = /^[^\n]*:\d+\n[^\n]*\n[^\n]*\n/.exec(checked.stderr ?? "");
    if (place) error.stack = place[0] + error.stack;
  }
  return error;
}

function fault(type, message) {
  const error = new Error(message);
  error.name = type;
  return error;
}

/** True for a file that Lambda imports; all others it requires, whatever is in them. */
function isModule(file) {
  if (!file.endsWith(".js")) return file.endsWith(".mjs");
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (folder.endsWith("/node_modules")) return false;
    const path = join(folder, "package.json");
    if (existsSync(path)) {
      try {
        // One that is `null` is passed over.
        const read = JSON.parse(readFileSync(path, "utf8"));
        if (read) return read.type === "module";
      } catch {
        return false;
      }
    }
    if (folder === dirname(folder)) return false;
  }
}

/** `src/app.a.b`: the file ends at the first dot of the last part. */
async function load() {
  const [, folder, stem, path] = name.match(/^(.*\/)?([^./]*)\.(.*)$/) ?? [];
  if (!stem) throw fault("Runtime.MalformedHandlerName", "Bad handler");
  const file = ["js", "mjs", "cjs"].map((ending) => join(root, folder ?? "", `${stem}.${ending}`)).find(existsSync);
  let loaded;
  try {
    if (!file) throw new Error(`Cannot find module '${stem}'`);
    loaded = isModule(file) ? await import(pathToFileURL(file)) : createRequire(file)(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(placed(error, file), { name: "Runtime.UserCodeSyntaxError" });
    const isMissing = !file || ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error.code);
    throw isMissing ? Object.assign(error, { name: "Runtime.ImportModuleError" }) : error;
  }
  const find = (from) => path.split(".").reduce((at, key) => at?.[key], from);
  const handler = find(loaded) ?? find(loaded.default);
  if (typeof handler !== "function") throw fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (takesCallback(handler)) throw fault("Runtime.CallbackHandlerDeprecated", NO_CALLBACKS);
  return handler;
}

/** True for a handler that Lambda does not start: from nodejs24.x on, one with a third parameter. */
function takesCallback(handler) {
  const runtime = process.env.AWS_EXECUTION_ENV?.match(/nodejs(\d+)/)?.[1] ?? process.versions.node.split(".")[0];
  const isStreaming = handler[Symbol.for("aws.lambda.runtime.handler.streaming")] !== undefined;
  return Number(runtime) >= 24 && handler.length >= 3 && !isStreaming;
}

/** What Lambda says of such a handler. */
const NO_CALLBACKS =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
  "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
  "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

function context(headers, done) {
  const environment = process.env;
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    done,
    succeed: (result) => done(null, result),
    fail: (error) => done(error ?? "handled"),
  };
}

/** How the last handler answered, for the hint about a response that is null. */
let style = "";

/** What to do when the event loop is empty. */
let onEmpty = () => {};
process.on("beforeExit", () => onEmpty());

/** What an async handler fails with whose promise is still pending then. */
const UNSETTLED =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly " +
  "caused by a Promise that was never settled.";

/** What keeps the event loop running. */
function open() {
  return [...new Set(process.getActiveResourcesInfo())].join(",");
}

/** Tells `fh` what keeps the event loop running, halfway to the timeout. */
function watchLoop(headers) {
  const halfway = (Number(headers["lambda-runtime-deadline-ms"]) - Date.now()) / 2;
  const timer = setTimeout(() => {
    call("POST", `/invocation/${requestId}/waiting`, "", undefined, { "Fh-Open": open() });
  }, Math.max(halfway, 0));
  return timer.unref();
}

/**
 * Waits for what the handler answers, as Lambda's runtime does: the response of a
 * callback is sent when the event loop is empty, unless the handler turns that off;
 * a handler that has neither answered by then is done.
 */
function run(handler, event, headers) {
  let watching;
  return new Promise((resolve, reject) => {
    style = "sync";
    let isDone = false;
    /** Only the first answer counts. */
    const first = (act) => (...values) => {
      if (isDone) return;
      isDone = true;
      if (style === "sync") style = "called-back";
      act(...values);
    };
    const settle = (error, result) => {
      onEmpty = () => {};
      if (error === null || error === undefined) resolve(result);
      else reject(error);
    };
    const callback = (error, result) => {
      if (!(error === null || error === undefined) || !given.callbackWaitsForEmptyEventLoop) {
        settle(error, result);
        return;
      }
      onEmpty = () => settle(null, result);
      watching = watchLoop(headers);
    };
    onEmpty = () => {
      isDone = true;
      if (handler.constructor.name === "AsyncFunction") settle(fault("Runtime.NodeJsExit", UNSETTLED));
      else settle(null, null);
      if (style !== "sync") style = "unsettled";
    };
    const given = context(headers, first(settle));
    const result = handler(event, given, first(callback));
    if (typeof result?.then === "function") {
      style = handler.length > 2 ? "async-with-callback" : "async";
      result.then(first((value) => settle(null, value)), first((error) => settle(error ?? "handled")));
    }
  }).finally(() => {
    onEmpty = () => {};
    clearTimeout(watching);
  });
}

function serialize(result) {
  try {
    return JSON.stringify(result ?? null) ?? "null";
  } catch {
    throw new Error("Unable to stringify response body");
  }
}

let requestId = "";

/** Log lines as on Lambda: time, request id, level, text. */
function patchConsole() {
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", warn: "WARN", error: "ERROR", trace: "TRACE" };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...items) => {
      process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...items)}\n`);
    };
  }
}

async function fail(error, type, code) {
  const told = describe(error, type);
  console.error(told.errorType, JSON.stringify(told));
  const path = requestId ? `/invocation/${requestId}/error` : "/init/error";
  await call("POST", path, JSON.stringify(told), told.errorType);
  if (code) process.exit(code);
}

async function loop() {
  const handler = await load();
  for (;;) {
    const { headers, body } = await call("GET", "/invocation/next", undefined, undefined, { "Fh-Loop": "own" });
    requestId = headers["lambda-runtime-aws-request-id"];
    process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    let response;
    try {
      response = serialize(await run(handler, JSON.parse(body), headers));
    } catch (error) {
      await fail(error);
      continue;
    }
    await call("POST", `/invocation/${requestId}/response`, response, undefined, { "Fh-Handler": style });
  }
}

// `fh` asks when the time of the handler is over. No answer means that the event loop is blocked.
process.on("SIGUSR2", () => call("POST", "/waiting", "", undefined, { "Fh-Open": open() }));
process.env.AWS_EXECUTION_ENV ??= `AWS_Lambda_nodejs${process.versions.node.split(".")[0]}.x`;
const ric = official();
if (ric) {
  const client = await import(pathToFileURL(ric));
  // Since version 4 it has no function to call: it starts when it is imported.
  await client.run?.(root, name);
} else {
  patchConsole();
  process.on("uncaughtException", (error) => fail(error, undefined, 129));
  process.on("unhandledRejection", (reason) => fail(reason, "Runtime.UnhandledPromiseRejection", 128));
  loop().catch((error) => fail(error, undefined, 1));
}
