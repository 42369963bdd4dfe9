//! A real browser: headless Chromium from the npm registry, pinned, in `target/`.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails loudly")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Once, OnceLock};

use base64::Engine as _;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::harness::root;

/// The package with Chromium in it, for Linux on x86-64.
const CHROMIUM: &str = "@sparticuz/chromium@153.0.0";

/// What would be markup, a script or a link if it was not escaped.
pub(crate) const HOSTILE: [&str; 9] = [
    "<script>window.ran=true</script>",
    "</title></style></pre></code></svg><script>window.ran=true</script>",
    "\"><img src=x onerror='window.ran=true'>",
    "' onmouseover='window.ran=true' x='",
    "<svg onload=window.ran=true><a href='javascript:window.ran=true'>x</a>",
    "<iframe srcdoc='<script>parent.ran=true</script>'></iframe><base href='https://evil.invalid/'>",
    "<link rel=stylesheet href=//evil.invalid/x.css><meta http-equiv=refresh content='0;url=//evil.invalid'>",
    "`` ``` ```` ~~~ | [x](javascript:alert(1)) <b> @everyone #1 --> <!-- ]]>",
    "&lt;script&gt; &#60;script&#62; \u{202e}\u{0}\u{1b}[31m",
];

/// What became of a page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Seen {
    pub(crate) title: String,
    pub(crate) text: String,
    /// Names of its elements, their attributes and classes, each once.
    pub(crate) tags: Vec<String>,
    pub(crate) attributes: Vec<String>,
    pub(crate) classes: Vec<String>,
    pub(crate) is_styled: bool,
    /// It is wider than a phone.
    pub(crate) is_too_wide: bool,
    /// A script set `window.ran`.
    pub(crate) ran: bool,
    pub(crate) requests: Vec<String>,
    /// What its content security policy refused.
    pub(crate) refused: Vec<String>,
}

/// Opens these pages, one after the other.
pub(crate) fn open(pages: &[&Path]) -> Vec<Seen> {
    let output = node().args(pages).output().expect("node is on the path");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).expect("what became of the pages")
}

fn node() -> Command {
    static UNPACKED: Once = Once::new();
    // The first one unpacks it: others must not meanwhile.
    UNPACKED.call_once(|| {
        let folder = installed();
        let (config, name) = (folder.join("fontconfig"), folder.display());
        let fonts = format!(
            "<fontconfig><dir>{name}/fonts</dir><cachedir>{name}/fonts-cache</cachedir></fontconfig>"
        );
        fs::create_dir_all(&config).expect("a folder for the fonts' configuration");
        fs::write(config.join("fonts.conf"), fonts).expect("it is written");
        let _ended = command().stdin(Stdio::null()).status();
    });
    command()
}

fn command() -> Command {
    let folder = installed();
    let mut node = Command::new("node");
    node.arg(root().join("tests/support/browser.mjs")).arg(folder);
    // The package unpacks Chromium into the folder for temporary files.
    // As in Lambda, it brings the libraries that a small system lacks.
    node.env("TMPDIR", folder).env("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x");
    // Its own configuration looks for its fonts in /tmp, and a page without any has no text.
    node.env("FONTCONFIG_PATH", folder.join("fontconfig"));
    node
}

/// A page that one goes on to use.
pub(crate) struct Page {
    node: Child,
    commands: Option<ChildStdin>,
    results: BufReader<ChildStdout>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Evaluate<'a> {
    expression: &'a str,
    await_promise: bool,
    return_by_value: bool,
}

#[derive(Deserialize)]
struct Evaluated<T> {
    result: Value<T>,
}

#[derive(Deserialize)]
struct Value<T> {
    value: Option<T>,
}

impl Page {
    /// Opens an address.
    pub(crate) fn open(url: &str) -> Self {
        let mut node = node();
        node.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut node = node.spawn().expect("node is on the path");
        let commands = node.stdin.take();
        let results = BufReader::new(node.stdout.take().expect("its output"));
        let mut page = Self { node, commands, results };
        page.call::<IgnoredAny>("Page.navigate", &format!("{{\"url\":\"{url}\"}}"));
        page
    }

    /// Calls a method of the `DevTools` protocol.
    fn call<T: DeserializeOwned>(&mut self, method: &str, params: &str) -> T {
        let commands = self.commands.as_mut().expect("the page is open");
        writeln!(commands, "{{\"method\":\"{method}\",\"params\":{params}}}").expect("node reads");
        let mut result = String::new();
        self.results.read_line(&mut result).expect("a result");
        serde_json::from_str(&result).unwrap_or_else(|error| panic!("{method}: {error}: {result}"))
    }

    /// The value of an expression, or of its promise.
    pub(crate) fn get<T: DeserializeOwned>(&mut self, expression: &str) -> T {
        let params = Evaluate { expression, await_promise: true, return_by_value: true };
        let params = serde_json::to_string(&params).expect("JSON");
        let evaluated: Evaluated<T> = self.call("Runtime.evaluate", &params);
        evaluated.result.value.unwrap_or_else(|| panic!("no value: {expression}"))
    }

    /// Does something.
    pub(crate) fn run(&mut self, statement: &str) {
        self.get::<bool>(&format!("{statement}; true"));
    }

    /// Waits until this is so.
    pub(crate) fn wait_for(&mut self, condition: &str) {
        let is_so: bool = self.get(&format!(
            "(async () => {{ for (let i = 0; i < 600; i++) {{ if ({condition}) return true; \
             await new Promise((it) => setTimeout(it, 50)); }} return false; }})()"
        ));
        let text = if is_so { String::new() } else { self.text() };
        assert!(is_so, "never `{condition}`: {text}");
    }

    /// What can be read on it.
    pub(crate) fn text(&mut self) -> String {
        self.get("document.body.innerText")
    }

    /// Presses a key.
    pub(crate) fn key(&mut self, name: &str) {
        let text = if name == "Enter" { ",\"text\":\"\\r\"" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let params =
                format!("{{\"type\":\"{kind}\",\"key\":\"{name}\",\"code\":\"{name}\"{text}}}");
            self.call::<IgnoredAny>("Input.dispatchKeyEvent", &params);
        }
    }

    /// A screen of this width, dark or light.
    pub(crate) fn screen(&mut self, width: u32, is_dark: bool) {
        let size = format!(
            "{{\"width\":{width},\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}}"
        );
        self.call::<IgnoredAny>("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if is_dark { "dark" } else { "light" };
        let features = format!(
            "{{\"features\":[{{\"name\":\"prefers-color-scheme\",\"value\":\"{scheme}\"}}]}}"
        );
        self.call::<IgnoredAny>("Emulation.setEmulatedMedia", &features);
    }

    /// Saves what it looks like, where `FH_SCREENSHOTS` names a folder.
    pub(crate) fn picture(&mut self, name: &str) {
        #[derive(Deserialize)]
        struct Picture {
            data: String,
        }
        let Some(folder) = std::env::var_os("FH_SCREENSHOTS") else { return };
        let picture: Picture = self.call("Page.captureScreenshot", "{\"format\":\"png\"}");
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture.data);
        let path = Path::new(&folder).join(name);
        fs::write(path, bytes.expect("base64")).expect("the picture is written");
    }

    /// Roles and names, as a screen reader gets them.
    pub(crate) fn names(&mut self) -> Vec<(String, String)> {
        #[derive(Deserialize)]
        struct Tree {
            nodes: Vec<Node>,
        }
        #[derive(Deserialize)]
        struct Node {
            role: Option<Value<String>>,
            name: Option<Value<String>>,
        }
        let tree: Tree = self.call("Accessibility.getFullAXTree", "{}");
        let text = |it: Option<Value<String>>| it.and_then(|it| it.value).unwrap_or_default();
        tree.nodes.into_iter().map(|node| (text(node.role), text(node.name))).collect()
    }

    /// What its content security policy refused, and what scripts threw.
    pub(crate) fn errors(&mut self) -> Vec<String> {
        #[derive(Deserialize)]
        struct Entry {
            entry: Logged,
        }
        #[derive(Deserialize)]
        struct Logged {
            text: String,
            url: Option<String>,
        }
        let entries: Vec<Entry> = self.call("fh.events", "{\"method\":\"Log.entryAdded\"}");
        let text = |Entry { entry }| format!("{} {}", entry.text, entry.url.unwrap_or_default());
        entries.into_iter().map(text).collect()
    }

    /// The addresses that it asked.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        #[derive(Deserialize)]
        struct Sent {
            request: Request,
        }
        #[derive(Deserialize)]
        struct Request {
            url: String,
        }
        let sent: Vec<Sent> = self.call("fh.events", "{\"method\":\"Network.requestWillBeSent\"}");
        sent.into_iter().map(|it| it.request.url).collect()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // The end of the conversation ends the browser.
        self.commands = None;
        let _ended = self.node.wait();
    }
}

fn installed() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let place = tmp.join(CHROMIUM.replace(['@', '/'], "-"));
        if !place.exists() {
            let making = tmp.join(format!("chromium-making-{}", std::process::id()));
            fs::create_dir_all(&making).expect("a folder below target/");
            let mut npm = Command::new("npm");
            npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]);
            let output = npm.arg("--prefix").arg(&making).arg(CHROMIUM).output();
            let output = output.expect("npm is on the path");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            // It fails where another run was quicker, which serves as well.
            let _renamed = fs::rename(&making, &place);
        }
        place
    })
}
