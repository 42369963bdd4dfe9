//! What is printed where the code of a function cannot be loaded: Lambda's developer guide
//! ("Troubleshoot deployment issues", "Troubleshoot invocation issues") and the runtimes'
//! own messages.

use super::{BASE, MAKE_EVENT, printed};
use crate::errors::Explanation;
use crate::errors::pages::INVOKE_DEPLOYED;

/// The SDK that runtimes up to Node.js 16 had.
pub(in crate::errors) const SDK_V2: &str = "Cannot find module 'aws-sdk'";

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: printed("Unable to import module"),
        also: &[
            "Runtime.ImportModuleError",
            "No module named",
            "Cannot find module",
            // Node.js, Ruby, Java, .NET.
            "ERR_MODULE_NOT_FOUND",
            "Cannot find package",
            "cannot load such file",
            "Class not found:",
            "ClassNotFoundException",
            "NoClassDefFoundError",
            "Could not load file or assembly",
        ],
        happened: "Printed by a function that cannot be loaded: its code, or a package that it \
                   needs, is not where the runtime looks for it.",
        look: &[
            "The name after `No module named` or `Cannot find module`: your own file, or a package.",
            "The handler: `app.handler` is the function `handler` in the file app.py, app.js or \
             app.mjs.",
        ],
        change: &[
            "Deploy the package with the function, or in a layer, built for the architecture and \
             the version of its runtime.",
            "On this machine, install the package for the python3 or the node that is first in \
             PATH, and run fh in the folder of the handler.",
        ],
        ..BASE
    },
    Explanation {
        error: printed(SDK_V2),
        also: &[
            "Error: Cannot find module 'aws-sdk'",
            "Runtime.ImportModuleError: Error: Cannot find module 'aws-sdk'",
            "Cannot find package 'aws-sdk'",
        ],
        happened: "Printed by a function in Node.js that needs the AWS SDK for JavaScript v2, which \
                   Lambda's runtimes from nodejs18.x on do not have. AWS's older Firehose blueprints \
                   need it.",
        look: &[
            "The runtime of the function: up to nodejs16.x, aws-sdk was part of it. From nodejs18.x \
             on, it is the AWS SDK for JavaScript v3: the packages @aws-sdk/*.",
            "What the code takes from it: AWS's blueprints use `new AWS.Firehose()` and \
             putRecordBatch to put back what does not fit into the response.",
        ],
        change: &[
            "Use v3: const { FirehoseClient, PutRecordBatchCommand } = \
             require('@aws-sdk/client-firehose'); await client.send(new PutRecordBatchCommand(…)) \
             takes the place of putRecordBatch(…).promise().",
            "If nothing of it is used, remove the line with require('aws-sdk').",
            "Until then, deploy aws-sdk with the function (npm install aws-sdk) or in a layer. v2 is \
             no longer maintained.",
        ],
        again: &[MAKE_EVENT, INVOKE_DEPLOYED],
        ..BASE
    },
    Explanation {
        error: printed("Runtime.HandlerNotFound"),
        also: &[
            "is undefined or not exported",
            "missing on module",
            "Runtime.NoSuchHandler",
            "No public method named",
        ],
        happened: "Printed by Lambda's runtime: the file of the handler was loaded, and the \
                   function that the handler names is not in it.",
        look: &[
            "The handler in the configuration of the function: `app.handler` is the function \
             `handler` in the file app.py, app.js or app.mjs; in Java it is package.Class::method.",
            "The name in the code, in exactly these letters, and whether it is exported.",
        ],
        change: &[
            "Export the function: exports.handler = … in CommonJS, export const handler = … in a \
             module; in Python, def at the top level of the file.",
            "Or name the function that is there: `aws lambda update-function-configuration \
             --function-name NAME --handler FILE.FUNCTION`.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Runtime.MalformedHandlerName"),
        also: &[
            "Bad handler",
            "Bad handler … not enough values to unpack",
            "Bad handler … no dot in it",
        ],
        happened: "Printed by Lambda's runtime: the handler in the configuration of the function \
                   is not of the form FILE.FUNCTION, so no file was loaded.",
        look: &["The handler in the configuration: `aws lambda get-function-configuration \
             --function-name NAME --query Handler`. `handler` alone has no dot; `app.handler` is \
             the function `handler` in the file app.py, app.js or app.mjs."],
        change: &[
            "Set the name of the file without its ending, a dot, and the name of the function: \
             `aws lambda update-function-configuration --function-name NAME --handler \
             FILE.FUNCTION`.",
            "In a template, it is the property Handler of the function.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Runtime.UserCodeSyntaxError"),
        also: &[
            "Syntax error in module",
            "Cannot use import statement outside a module",
            "require is not defined in ES module scope",
            "ERR_REQUIRE_ESM",
        ],
        happened: "Printed by Lambda's runtime: the code of the function cannot be parsed, or is \
                   of another kind of module than its file says.",
        look: &[
            "The line that the message names.",
            "The version of the runtime: newer syntax does not load in older ones.",
        ],
        change: &[
            "In Node.js, name a file with `import` .mjs, one with `require` .cjs, or set \"type\" in \
             package.json.",
            "Lambda's runtimes for Node.js 20 and 22 turn off that `require` loads ES modules, which \
             Node.js of these versions does: import the module, or set NODE_OPTIONS of the function \
             to --experimental-require-module.",
            "Load the code as Lambda does before you deploy it: `fh invoke` shows the same error.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Runtime.InvalidEntrypoint"),
        also: &[
            "exec format error",
            "fork/exec … file or directory",
            "fork/exec … permission denied",
            "Couldn't find valid bootstrap",
        ],
        happened: "Printed by Lambda: the program of the function cannot be started.",
        look: &[
            "With `exec format error`: the architecture of the function, x86_64 or arm64, next to \
             that of the program: `file bootstrap` shows it.",
            "If the file was not found: the name of the program, `bootstrap` at the top of \
             the archive for runtimes of provided.al2 and provided.al2023.",
            "With `permission denied`: whether the program may be executed (chmod 755).",
        ],
        change: &[
            "Build for the architecture of the function: GOOS=linux GOARCH=arm64 go build -o \
             bootstrap, cargo lambda build --arm64, docker build --platform linux/arm64.",
            "Or change the architecture of the function to that of the program.",
        ],
        ..BASE
    },
    Explanation {
        error: printed("Runtime.CallbackHandlerDeprecated"),
        also: &["callback-based function handlers"],
        happened: "Printed by Lambda's runtime for Node.js 24 and later, which does not start a \
                   handler with a third parameter, the callback.",
        look: &[
            "The runtime of the function, if its code did not change: up to nodejs22.x, callbacks \
             still work.",
            "What wraps the handler: a library may declare the callback.",
        ],
        change: &[
            "Declare the handler as async (event, context) and return the response.",
            "Until then, run the function on nodejs22.x.",
        ],
        ..BASE
    },
];
