//! What is printed where a function runs out of files or writes where it may not: Lambda's
//! developer guide ("Lambda quotas", "Configure ephemeral storage") and the runtimes' own
//! messages.

use super::{BASE, INVOKE, MAKE_EVENT, printed};
use crate::errors::Explanation;
use crate::errors::pages::INVOKE_DEPLOYED;

pub(in crate::errors::pages) const ALL: &[Explanation] = &[
    Explanation {
        error: printed("Too many open files"),
        also: &[
            "EMFILE",
            "EMFILE: too many open files",
            "getaddrinfo EMFILE",
            "[Errno 24] Too many open files",
        ],
        happened: "Printed by a function: it has 1,024 files and connections open, and Lambda \
                   allows no more.",
        look: &[
            "What is opened for each record or each invocation and not closed: files, HTTP \
             clients, database connections. The next invocations run in the same process.",
            "How many calls the function makes at the same time: Promise.all over a batch of \
             thousands of records opens as many connections.",
        ],
        change: &[
            "Make clients once, outside of the handler, and close what is opened inside it.",
            "Make a few calls at a time, or one for many records.",
            "Until then, lower the transform's BufferSizeInMBs, so that a batch has fewer records.",
        ],
        again: &[MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        error: printed("No space left on device"),
        also: &[
            "ENOSPC",
            "ENOSPC: no space left on device",
            "[Errno 28] No space left on device",
            "There is not enough space on the disk",
        ],
        happened: "Printed by a function: /tmp is full. It has 512 MB unless more was set, and keeps \
                   its files from one invocation to the next.",
        look: &[
            "What the function writes to /tmp and does not delete, also if it fails.",
            "The size: `aws lambda get-function-configuration --function-name NAME --query \
             EphemeralStorage`.",
        ],
        change: &[
            "Delete each file when it is no longer needed, or work in memory.",
            "Give the function more, up to 10,240 MB: `aws lambda update-function-configuration \
             --function-name NAME --ephemeral-storage Size=1024`.",
        ],
        again: &[MAKE_EVENT, INVOKE],
        ..BASE
    },
    Explanation {
        error: printed("Read-only file system"),
        also: &[
            "EROFS",
            "EROFS: read-only file system",
            "[Errno 30] Read-only file system",
            "ReadOnlyFileSystemException",
        ],
        happened: "Printed by a function that writes outside of /tmp, the only folder in Lambda that \
                   can be written to.",
        look: &[
            "The path in the message: that of your code (/var/task), of a layer (/opt), or one that \
             is relative to them.",
            "Libraries that write by themselves: caches, models, .pyc files, a home folder.",
        ],
        change: &[
            "Write to /tmp: tempfile in Python, os.tmpdir() in Node.js.",
            "Point libraries there with their variables, such as HOME or XDG_CACHE_HOME.",
            "`fh invoke` lets a function write anywhere on this machine, so that it does not show \
             this error.",
        ],
        again: &[MAKE_EVENT, INVOKE_DEPLOYED],
        ..BASE
    },
];
