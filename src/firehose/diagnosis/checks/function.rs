//! The function: whether it is there, and whether it has what it needs.

use super::super::super::known::Known;
use super::super::super::lambda_report::LambdaReport;
use super::super::super::limits::{MAX_FUNCTION_TIMEOUT, MAX_LAMBDA_INIT};
use super::super::{Facts, Finding, Function, Gap, Outcome, Part, Purpose, ask, conclude};
use super::allowed;
use super::traffic::metrics;

/// Lambda's timeout unless it is set: 3 s (Lambda developer guide, "Configure Lambda
/// function timeout").
const DEFAULT_TIMEOUT: u32 = 3;

/// Its name for commands, if the stream has a transform that is on.
fn name(facts: &Facts) -> Option<String> {
    facts.stream.transform()?;
    Some(facts.function_name().map_or_else(String::new, |it| it.for_call().to_owned()))
}

/// A function that does not exist is what `function-there` reports.
fn function(facts: &Facts) -> Result<&Function, Gap> {
    ask(&facts.function)?
        .ok_or_else(|| Gap { needs: None, why: "the function does not exist".to_owned() })
}

/// What Lambda reported of calls.
fn reports(facts: &Facts) -> Result<Vec<LambdaReport>, Gap> {
    if facts.reports == Known::NotAsked {
        // Its log group is not known without it.
        function(facts)?;
    }
    let messages = ask(&facts.reports)?.map(|it| it.all.as_slice()).unwrap_or_default();
    let found: Vec<_> =
        messages.iter().filter_map(|it| LambdaReport::parse(it.message.as_bytes())).collect();
    if found.is_empty() {
        nothing_reported(facts)?;
        let why = "the log of the function has no REPORT lines in this time".to_owned();
        return Err(Gap { needs: None, why });
    }
    Ok(found)
}

/// Where the calls that were read show nothing: others may.
fn nothing_reported(facts: &Facts) -> Part {
    match &facts.reports {
        Known::Yes(it) if !it.is_complete => {
            let why = match it.all.len() {
                0 => "the log was not read to its end, and no call was found".to_owned(),
                read => format!("only the first {read} calls were read"),
            };
            let why = format!("{why}; try a shorter `--since`");
            Err(Gap { needs: None, why })
        }
        _ => Ok(None),
    }
}

pub(in super::super) fn there(facts: &Facts) -> Outcome {
    let Some(name) = name(facts) else { return Outcome::NotApplicable };
    let state = || -> Part {
        let get = facts.aws(&["lambda", "get-function-configuration", "--function-name", &name]);
        let Some(function) = ask(&facts.function)? else {
            return Finding::error("the function of the transform does not exist")
                .why("Each batch fails with Lambda.ResourceNotFound. The version or alias counts too.")
                .seen(format!("GetFunctionConfiguration of {name}"))
                .fix(get)
                .found();
        };
        let reason = function.state_reason.as_deref().unwrap_or("Lambda gives no reason.");
        match (function.state.as_deref(), function.last_update.as_deref()) {
            (Some("Failed"), _) => {
                Finding::error("the function cannot be called: its state is Failed")
                    .why(reason)
                    .seen("GetFunctionConfiguration")
                    .fix(get)
                    .found()
            }
            (Some("Inactive" | "Pending"), _) => Finding::warning("the function is not ready")
                .why("The first calls wait or fail until Lambda has prepared it.")
                .seen("GetFunctionConfiguration")
                .fix(get)
                .found(),
            (_, Some("Failed")) => Finding::warning("the last update of the function failed")
                .why("The version before it still runs.")
                .seen("GetFunctionConfiguration")
                .fix(get)
                .found(),
            _ => Ok(None),
        }
    };
    conclude(
        [state(), region(facts), account(facts)],
        "the function exists, and nothing keeps it from being called",
    )
}

fn region(facts: &Facts) -> Part {
    let function = facts.function_name();
    let region = function.as_ref().and_then(|it| it.arn_region()).map(ToString::to_string);
    let own = facts.stream.region();
    match region {
        Some(region) if !own.is_empty() && region != own => {
            Finding::error(format!("the function is in {region}, the stream in {own}"))
                .likely()
                .why("AWS documents no calls of functions in other Regions.")
                .seen("LambdaArn of the processor")
                .found()
        }
        _ => Ok(None),
    }
}

/// A function of another account must let the role call it.
fn account(facts: &Facts) -> Part {
    let function = facts.function_name();
    let account = function.as_ref().and_then(|it| it.arn_account()).map(ToString::to_string);
    let Some(account) = account.filter(|it| it != facts.stream.account()) else { return Ok(None) };
    if facts.stream.account().is_empty() {
        return Ok(None);
    }
    let role = facts.invoke_role_arn().unwrap_or_default();
    let policy = ask(&facts.function_policy)?;
    let names_role = policy.is_some_and(|it| {
        it.contains(role)
            || it.contains(&format!("\"{}\"", facts.stream.account()))
            || it.contains(&format!("{}:root", facts.stream.account()))
    });
    if names_role {
        return Ok(None);
    }
    Finding::error(format!(
        "the function is in account {account}, whose policy does not name the role"
    ))
    .likely()
    .why("For a function of another account its own policy has to allow the call.")
    .seen("GetPolicy of the function")
    .fix(facts.aws(&[
        "lambda",
        "add-permission",
        "--function-name",
        &name(facts).unwrap_or_default(),
        "--statement-id",
        "firehose",
        "--action",
        "lambda:InvokeFunction",
        "--principal",
        role,
    ]))
    .found()
}

pub(in super::super) fn timeout(facts: &Facts) -> Outcome {
    let Some(name) = name(facts) else { return Outcome::NotApplicable };
    let name = facts.function_arns().map_or(name, |it| it.1);
    let set = |seconds: &str| {
        facts.aws(&[
            "lambda",
            "update-function-configuration",
            "--function-name",
            &name,
            "--timeout",
            seconds,
        ])
    };
    let longest = MAX_FUNCTION_TIMEOUT.as_secs();
    let configured = || -> Part {
        match function(facts)?.timeout {
            Some(it) if it <= DEFAULT_TIMEOUT => Finding::warning(format!(
                "the timeout of the function is {it} s"
            ))
            .why(
                "Lambda's default is 3 s. Where a cold start or a large batch takes longer, the \
                 batch fails with Lambda.FunctionTimedOut or Lambda.FunctionError.",
            )
            .seen("GetFunctionConfiguration")
            .fix(set("60"))
            .found(),
            Some(it) if u64::from(it) > longest => {
                Finding::warning(format!("the timeout of the function is {it} s"))
                    .why("Firehose waits 300 s for a call; what runs longer fails.")
                    .seen("GetFunctionConfiguration")
                    .fix(set("300"))
                    .found()
            }
            _ => Ok(None),
        }
    };
    let used = || -> Part {
        let reports = reports(facts)?;
        let timeout = function(facts)?.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let limit = f64::from(timeout) * 0.9;
        let slow = reports.iter().filter(|it| it.duration.as_secs_f64() >= limit).count();
        if slow > 0 {
            let is_over = reports.iter().any(|it| it.status.as_deref() == Some("timeout"));
            let finding = if is_over {
                Finding::error(format!("calls of the function time out after {timeout} s"))
            } else {
                Finding::warning(format!(
                    "{slow} of {} calls took more than 90 % of the timeout of {timeout} s",
                    reports.len()
                ))
            };
            return finding
                .why("A call that times out fails as a whole, and is retried.")
                .seen("REPORT lines of the function")
                .fix(set("300"))
                .found();
        }
        let near = MAX_LAMBDA_INIT.mul_f64(0.9);
        if reports.iter().any(|it| it.init_duration.is_some_and(|init| init >= near)) {
            return Finding::warning("the function takes nearly 10 s to start")
                .why("Lambda stops a start after 10 s and retries it within the timeout of the call.")
                .seen("Init Duration in REPORT lines")
                .found();
        }
        nothing_reported(facts)
    };
    conclude([configured(), used()], "calls end well before the timeout")
}

pub(in super::super) fn throttled(facts: &Facts) -> Outcome {
    let Some(name) = name(facts) else { return Outcome::NotApplicable };
    let name = facts.function_arns().map_or(name, |it| it.1);
    let reserved = || -> Part {
        match ask(&facts.reserved)? {
            Some(Some(0)) => Finding::error("the reserved concurrency of the function is 0")
                .why("Lambda refuses each call: Lambda.InvokeLimitExceeded.")
                .seen("GetFunctionConcurrency")
                .fix(facts.aws(&[
                    "lambda",
                    "delete-function-concurrency",
                    "--function-name",
                    &name,
                ]))
                .found(),
            _ => Ok(None),
        }
    };
    let seen = || -> Part {
        let count = metrics(facts)?.sum("throttles");
        if count == 0 {
            return Ok(None);
        }
        let limit = match facts.reserved.yes() {
            Some(Some(it)) => format!("At most {it} calls run at once, which is reserved. "),
            _ => String::new(),
        };
        let what = format!("{count} calls of the function were throttled");
        // A throttled call is repeated, and callers other than Firehose count too.
        let failed = facts.failures.yes().and_then(|it| it.codes.yes());
        let has_failed =
            failed.is_some_and(|it| it.iter().any(|it| it.code == "Lambda.InvokeLimitExceeded"));
        let finding = if has_failed { Finding::error(what) } else { Finding::warning(what) };
        finding
            .why(format!("{limit}A batch fails with Lambda.InvokeLimitExceeded when all attempts are throttled."))
            .likely()
            .seen("CloudWatch: Throttles")
            .fix(facts.aws(&["lambda", "get-account-settings"]))
            .found()
    };
    conclude([reserved(), seen()], "no call was throttled")
}

pub(in super::super) fn memory(facts: &Facts) -> Outcome {
    let Some(name) = name(facts) else { return Outcome::NotApplicable };
    let part = || -> Part {
        let reports = reports(facts)?;
        let worst = reports.iter().filter(|it| it.memory_mb > 0).max_by_key(|it| it.max_memory_mb);
        let exits = |it: &LambdaReport| {
            it.error_type
                .as_deref()
                .is_some_and(|it| it == "Runtime.ExitError" || it == "Runtime.OutOfMemory")
        };
        let crashed = reports.iter().filter(|it| exits(it)).count();
        let is_full = |it: &&LambdaReport| it.max_memory_mb * 10 >= it.memory_mb * 9;
        let Some(report) = worst.filter(is_full) else {
            if crashed == 0 {
                return nothing_reported(facts);
            }
            return Finding::warning(format!("the function crashed in {crashed} calls"))
                .why("The runtime ended: out of memory, or the process exited.")
                .seen("REPORT lines: Runtime.ExitError")
                .fix(facts.fh("logs", &[]))
                .found();
        };
        let (used, has) = (report.max_memory_mb, report.memory_mb);
        let double = (has.saturating_mul(2)).min(10_240).to_string();
        let finding = Finding::warning(format!("the function used {used} of its {has} MB"));
        let name = facts.function_arns().map_or_else(|| name.clone(), |it| it.1);
        finding
            .why("A call that runs out of memory is killed, and the whole batch fails.")
            .seen("Max Memory Used in REPORT lines")
            .fix(facts.aws(&[
                "lambda",
                "update-function-configuration",
                "--function-name",
                &name,
                "--memory-size",
                &double,
            ]))
            .found()
    };
    conclude([part()], "calls have memory to spare")
}

pub(in super::super) fn logs(facts: &Facts) -> Outcome {
    if name(facts).is_none() {
        return Outcome::NotApplicable;
    }
    let group = || -> Part {
        let log_group = &function(facts)?.log_group;
        if ask(&facts.function_group)?.is_some() {
            return Ok(None);
        }
        Finding::warning(format!("the log group {log_group} of the function does not exist"))
            .why("The function was never called, or may not write logs: there is nothing to read.")
            .likely()
            .seen("DescribeLogGroups")
            .fix(facts.aws(&["logs", "create-log-group", "--log-group-name", log_group]))
            .found()
    };
    let right = || -> Part {
        if function(facts)?.role.is_none()
            && facts.denied(Purpose::FunctionLogs) == &Known::NotAsked
        {
            return Err(Gap {
                needs: None,
                why: "the role of the function is not known".to_owned(),
            });
        }
        let what = "the role of the function may not write its logs";
        let found =
            allowed(facts, Purpose::FunctionLogs, what, "Its errors cannot be read anywhere.")?;
        Ok(found.map(|it| Finding { severity: super::super::Severity::Warning, ..it }))
    };
    conclude([group(), right()], "the function writes its logs")
}
