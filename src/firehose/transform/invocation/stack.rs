//! The stack of an error: what of it is the user's code.
//!
//! Each runtime writes frames in its own form: Python oldest first, the others
//! newest first. Nothing of a stack is checked; what cannot be read has no place.

use std::borrow::Cow;
use std::fmt;

use super::FunctionError;
use crate::json::Token;

/// Where Lambda has the code of a function.
const TASK_ROOT: &str = "/var/task";

/// Frames of what runs a handler: Lambda's runtimes, their interface clients, and
/// the loops of `fh`.
const RUNTIME: [&str; 11] = [
    "/[eval1]:",
    "\"<string>\"",
    "<frozen ",
    "node:internal/",
    "/node_modules/aws-lambda-ric/",
    "/awslambdaric/",
    "/var/runtime/",
    "com.amazonaws.services.lambda.runtime.api.client.",
    "lambdainternal.",
    "jdk.internal.reflect.",
    "java.lang.reflect.",
];

/// Folders of packages, also below the code.
const PACKAGES: [&str; 4] = ["/node_modules/", "/site-packages/", "/dist-packages/", "/gems/"];

/// Folders of libraries that come with an interpreter, up to its version.
const INTERPRETERS: [&str; 3] = ["/lib/python", "/lib64/python", "/lib/ruby/"];

/// What classes of libraries begin with, where nothing else tells them from the
/// user's.
const LIBRARIES: [&str; 18] = [
    "ch.qos.logback.",
    "com.google.",
    "io.netty.",
    "okhttp3.",
    "okio.",
    "org.apache.",
    "org.json.",
    "reactor.",
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "kotlin.",
    "scala.",
    "com.amazonaws.",
    "com.fasterxml.",
    "software.amazon.",
    "org.springframework.",
];

/// What runs a Go function, by the start of the path of a frame: the panic itself,
/// the call of the handler, and Lambda's library.
const GO_RUNTIME: [&str; 3] = ["runtime/", "reflect/", "github.com/aws/aws-lambda-go"];

/// Go's standard library, by the first folder of its packages.
const GO_LIBRARY: [&str; 48] = [
    "archive",
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "regexp",
    "runtime",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "vendor",
    "weak",
];

/// A line of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// Its file, from the folder of the code on where it is in there. Untrusted
    /// text.
    pub file: String,
    /// From 1.
    pub line: u32,
}

impl fmt::Display for CodeLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl FunctionError {
    /// The line of the user's code in which it happened: of the newest frame that is
    /// neither of the runtime nor of a package, else of the newest with a line. Of an
    /// error that wraps others, the innermost that has one counts.
    pub fn code_line(&self) -> Option<CodeLine> {
        let innermost_first = self.causes.iter().rev().chain([self]);
        let frames: Vec<_> = innermost_first.flat_map(Self::places).collect();
        let own = frames.iter().find(|(frame, file, _)| self.is_own(frame, file));
        let near = || frames.iter().find(|(_, file, _)| !is_of_interpreter(file));
        let (_, file, line) = own.or_else(near).or_else(|| frames.first())?;
        Some(CodeLine { file: self.relative(file).to_owned(), line: *line })
    }

    /// Each frame that is not of the runtime, with its file and its line: the newest
    /// first.
    fn places(&self) -> Vec<(&str, String, u32)> {
        let frames = self.stack.iter().filter(|frame| !is_of_runtime(frame));
        let read = frames.filter_map(|frame| {
            let (file, line) = place(frame)?;
            Some((frame.as_str(), file, line))
        });
        // What is built into Node.js has lines that nobody can look at.
        let of_files = read.filter(|(_, file, _)| !file.starts_with("node:"));
        let mut places: Vec<_> = of_files.collect();
        if self.is_oldest_first() {
            places.reverse();
        }
        places
    }

    /// The stack in lines for people: without the frames of the runtime, and without
    /// the message, which Node.js puts first.
    pub fn stack_lines(&self) -> impl Iterator<Item = &str> {
        let is_frame = |text: &String| text.trim_start().starts_with("at ");
        let is_headed = self.stack.first().is_some_and(|first| place(first).is_none());
        let first_frame = self.stack.iter().position(is_frame).filter(|_| is_headed);
        let is_message = |first: &String| *first == self.head();
        let message = usize::from(self.stack.first().is_some_and(is_message));
        let frames = self.stack.iter().skip(first_frame.unwrap_or(message));
        frames.filter(|frame| !is_of_runtime(frame)).flat_map(|frame| frame.trim_end().split('\n'))
    }

    /// The same without the frames that called the user's code, oldest first; `None` if
    /// there is none of it.
    pub(super) fn without_callers(self) -> Option<Self> {
        let is_own =
            |frame: &String| place(frame).is_some_and(|(file, _)| self.is_own(frame, &file));
        let first = self.stack.iter().position(is_own)?;
        let stack = self.stack.get(first..)?.to_vec();
        Some(Self { stack, ..self })
    }

    fn is_oldest_first(&self) -> bool {
        self.stack.iter().any(|frame| frame.trim_start().starts_with("File \""))
    }

    fn is_own(&self, frame: &str, file: &str) -> bool {
        if is_of_go(frame) {
            // A module that was downloaded has its version in its path.
            let folder = file.split_once('/').map_or("", |(folder, _)| folder);
            return !file.contains('@') && !GO_LIBRARY.contains(&folder);
        }
        if PACKAGES.iter().any(|folder| file.contains(folder)) {
            return false;
        }
        if file.starts_with('/') {
            return self.relative(file) != file;
        }
        // A class is in a module: `java.base/java.util.ArrayList`.
        let frame = frame.trim_start();
        let frame = frame.strip_prefix("at ").unwrap_or(frame);
        let class = frame.split_once('/').map_or(frame, |(_, class)| class);
        !LIBRARIES.iter().any(|start| class.starts_with(start) || frame.starts_with(start))
    }

    /// The name of a file from the folder of the code on, if it is in there.
    fn relative<'a>(&self, file: &'a str) -> &'a str {
        let root = self.code.as_deref().unwrap_or(TASK_ROOT).trim_end_matches('/');
        file.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')).unwrap_or(file)
    }
}

/// True for a file of a package or of an interpreter's library, wherever that is.
fn is_of_interpreter(file: &str) -> bool {
    PACKAGES.iter().chain(&INTERPRETERS).any(|folder| file.contains(folder))
}

fn is_of_runtime(frame: &str) -> bool {
    if is_of_go(frame) {
        let file = place(frame).map(|(file, _)| file).unwrap_or_default();
        return GO_RUNTIME.iter().any(|start| file.starts_with(start));
    }
    RUNTIME.iter().any(|part| frame.contains(part))
}

/// True for a frame of Go, which is an object.
fn is_of_go(frame: &str) -> bool {
    frame.trim_start().starts_with('{')
}

/// A line of [`FunctionError::stack_lines`] as people read it: a frame of Go as
/// `handler (orders/main.go:12)`, any other as it is.
pub fn frame_text(line: &str) -> Cow<'_, str> {
    let read = is_of_go(line).then(|| place(line)).flatten();
    let Some((file, number)) = read else { return Cow::Borrowed(line) };
    let label = Token::new(line.trim_start().as_bytes()).get(b"label");
    let name = label.map(|label| label.text().into_owned()).unwrap_or_default();
    Cow::Owned(format!("{name} ({file}:{number})"))
}

/// The file and the line of a frame:
///
/// ```text
/// File "/var/task/app.py", line 4, in enrich      Python; without a comma, of syntax
/// at enrich (file:///var/task/index.mjs:6:27)     Node.js; also without the function
/// /var/task/index.js:3                            Node.js, of syntax
/// com.example.Handler.handleRequest(Handler.java:23)
/// /var/task/app.rb:5:in `enrich'
/// at Orders.Function.Enrich(String id) in /src/Function.cs:line 12
/// {"path":"orders/main.go","line":12,"label":"main.handler"}
/// ```
fn place(frame: &str) -> Option<(String, u32)> {
    let frame = frame.trim_start();
    if frame.starts_with('{') {
        let object = Token::new(frame.as_bytes());
        let line = object.get(b"line")?.text().parse().ok()?;
        return Some((object.get(b"path")?.text().into_owned(), line));
    }
    let frame = frame.lines().next()?.trim_end();
    if let Some(rest) = frame.strip_prefix("File \"") {
        let (file, rest) = rest.split_once('"')?;
        let digits = rest.split_once("ine ")?.1;
        let digits = digits.split(|it: char| !it.is_ascii_digit()).next()?;
        return Some((file.to_owned(), digits.parse().ok()?));
    }
    if let Some((start, line)) = frame.rsplit_once(":line ") {
        return Some((start.rsplit_once(" in ")?.1.to_owned(), line.parse().ok()?));
    }
    let frame = frame.split_once(":in ").map_or(frame, |(place, _)| place);
    let frame = frame.strip_prefix("at ").unwrap_or(frame);
    let frame = frame.strip_prefix("async ").unwrap_or(frame);
    let inner = frame.strip_suffix(')').and_then(|it| it.rsplit_once('('));
    let place = inner.map_or(frame, |(_, place)| place);
    let (start, last) = place.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    // The column, if two numbers are there.
    let numbers = start.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let (file, line) = numbers.unwrap_or((start, last));
    let is_file = !file.is_empty() && !file.contains(": ");
    is_file.then(|| (from_url(file), line))
}

/// A path of what may be a `file:` URL (RFC 8089).
fn from_url(file: &str) -> String {
    let Some(path) = file.strip_prefix("file://") else { return file.to_owned() };
    let mut bytes = Vec::with_capacity(path.len());
    let mut parts = path.split('%');
    bytes.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let (Some(byte), Some(rest)) = (code, part.get(2..)) {
            bytes.push(byte);
            bytes.extend_from_slice(rest.as_bytes());
        } else {
            bytes.push(b'%');
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: Option<&str>, stack: &[&str]) -> FunctionError {
        let stack = stack.iter().map(|&frame| frame.to_owned()).collect();
        FunctionError { code: code.map(str::to_owned), stack, ..FunctionError::default() }
    }

    fn line(code: Option<&str>, stack: &[&str]) -> String {
        error(code, stack).code_line().map_or_else(String::new, |line| line.to_string())
    }

    #[test]
    fn the_line_of_each_runtime_is_found() {
        let python = [
            "  File \"/var/task/app.py\", line 11, in lambda_handler\n    enrich(doc)\n",
            "  File \"/var/task/lib/orders.py\", line 4, in enrich\n    doc['price']\n",
            "  File \"/var/lang/lib/python3.13/json/__init__.py\", line 346, in loads\n",
            "  File \"/var/task/site-packages/x.py\", line 1, in y\n",
        ];
        assert_eq!(line(None, &python), "lib/orders.py:4");
        assert_eq!(line(None, &["  File \"/var/task/app.py\" Line 2\n    def f()"]), "app.py:2");
        let node = [
            "TypeError: x: y",
            "    at JSON.parse (<anonymous>)",
            "    at parse (file:///my%20code/node_modules/a/b.js:1:2)",
            "    at async file:///my%20code/index.mjs:6:27",
            "    at handler (file:///my%20code/index.mjs:9:1)",
        ];
        assert_eq!(line(Some("/my code"), &node), "index.mjs:6");
        assert_eq!(line(Some("/a"), &["/a/index.js:3", "  });", "   ^"]), "index.js:3");
        let java = [
            "java.base/java.util.Objects.requireNonNull(Objects.java:233)",
            "com.example.Handler.handleRequest(Handler.java:23)",
            "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(Unknown Source)",
        ];
        assert_eq!(line(None, &java), "Handler.java:23");
        assert_eq!(line(None, &["/var/task/app.rb:5:in `enrich'"]), "app.rb:5");
        let dotnet = ["   at Orders.Function.Enrich(String id) in /src/Function.cs:line 12"];
        assert_eq!(line(None, &dotnet), "/src/Function.cs:12");
        let go = [r#"{"path":"orders/main.go","line":12,"label":"main.handler"}"#];
        assert_eq!(line(None, &go), "orders/main.go:12");
    }

    #[test]
    fn outside_of_lambdas_folder_the_library_of_an_interpreter_is_not_the_users() {
        let frames = [
            "  File \"/home/me/enrich.py\", line 5, in handler\n    json.loads(text)\n",
            "  File \"/home/me/.pyenv/versions/3.11.7/lib/python3.11/json/decoder.py\", line 355, in x\n",
            "  File \"/home/me/.venv/lib/python3.11/site-packages/a.py\", line 1, in y\n",
        ];
        assert_eq!(line(None, &frames), "/home/me/enrich.py:5");
        let library = line(None, &frames[1..2]);
        assert!(library.ends_with("/python3.11/json/decoder.py:355"), "{library}");
        let ruby = ["/var/lang/lib/ruby/3.4.0/json/common.rb:220:in 'parse'", "/a/app.rb:5:in 'x'"];
        assert_eq!(line(None, &ruby), "/a/app.rb:5");
    }

    #[test]
    fn of_a_wrapped_error_the_line_is_where_it_began() {
        let outer = error(None, &["com.example.Handler.handleRequest(Handler.java:23)"]);
        let inner = [
            "java.base/java.lang.Integer.parseInt(Unknown Source)",
            "java.base/java.util.Objects.requireNonNull(Objects.java:233)",
            "com.example.Prices.parse(Prices.java:41)",
        ];
        let of_library = error(None, &["java.base/java.util.Objects.check(Objects.java:1)"]);
        let causes = vec![error(None, &inner), of_library];
        let wrapped = FunctionError { causes, ..outer };
        assert_eq!(wrapped.code_line().unwrap().to_string(), "Prices.java:41");
    }

    #[test]
    fn a_panic_of_go_is_where_the_handler_was_not_where_go_noticed() {
        let frame = |path: &str, line: u32, label: &str| {
            format!(r#"{{"path":"{path}","line":{line},"label":"{label}"}}"#)
        };
        let frames = [
            frame(
                "github.com/aws/aws-lambda-go@v1.47.0/lambda/errors.go",
                39,
                "lambdaPanicResponse",
            ),
            frame("runtime/panic.go", 914, "gopanic"),
            frame("runtime/panic.go", 114, "goPanicIndex"),
            frame("encoding/base64/base64.go", 384, "(*Encoding).decodeQuantum"),
            frame("github.com/a/b@v1.0.0/b.go", 3, "Decode"),
            frame("orders/main.go", 17, "handler"),
            frame("reflect/value.go", 586, "Value.call"),
        ];
        let frames: Vec<_> = frames.iter().map(String::as_str).collect();
        assert_eq!(line(None, &frames), "orders/main.go:17");
        let of_go = error(None, &frames);
        let lines: Vec<_> = of_go.stack_lines().map(frame_text).collect();
        assert_eq!(
            lines,
            [
                "(*Encoding).decodeQuantum (encoding/base64/base64.go:384)",
                "Decode (github.com/a/b@v1.0.0/b.go:3)",
                "handler (orders/main.go:17)",
            ]
        );
        assert_eq!(frame_text("{").as_ref(), "{");
    }

    #[test]
    fn what_has_no_line_has_none() {
        let odd = ["", "at", "at x", "x(Unknown Source)", "File \"", "a: b:1", ":", "{", "%:1:x"];
        assert_eq!(line(None, &odd), "");
        assert_eq!(from_url("file:///%"), "/%");
        assert_eq!(from_url("file:///%ff%zz"), "/%ff%zz");
    }

    #[test]
    fn frames_of_the_runtime_and_the_message_are_left_out() {
        let node = error(
            None,
            &[
                "Error: two",
                "lines",
                "    at handler (file:///var/task/index.mjs:4:33)",
                "    at Runtime.handle (file:///var/runtime/index.mjs:1173:29)",
                "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
            ],
        );
        let lines: Vec<_> = node.stack_lines().collect();
        assert_eq!(lines, ["    at handler (file:///var/task/index.mjs:4:33)"]);
        let mut alone = error(None, &["Error: no frames"]);
        (alone.error_type, alone.message) = ("Error".to_owned(), "no frames".to_owned());
        assert_eq!(alone.stack_lines().count(), 0);
        let syntax =
            error(Some("/a"), &["/a/index.js:3", "  });", "   ^", "    at x (node:y:1:2)"]);
        assert_eq!(syntax.stack_lines().count(), 4);
    }
}
