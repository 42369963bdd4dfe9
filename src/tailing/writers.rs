//! The log groups that a delivery stream and a function write to, in whatever
//! account and Region those are.

use std::sync::Arc;

use super::TailPlan;
use super::find::{GroupKind, TailedGroup, selection};
use crate::aws::{LambdaClient, NotDescribed, Selection, Session};
use crate::context::Context;
use crate::error::Error;
use crate::terminal::shell;
use firehose::names::{AccountId, FunctionName, LogGroupName};
use firehose::stream::DeliveryStream;

/// Finds log groups by what writes to them.
pub(super) struct Finder<'a> {
    pub(super) session: &'a Arc<Session>,
    pub(super) plan: &'a TailPlan,
    pub(super) context: &'a Context,
    /// The account of the caller, where that is known.
    pub(super) caller: Option<&'a AccountId>,
}

impl Finder<'_> {
    /// The logs of a delivery stream's transform, and its own errors.
    pub(super) async fn of_stream(
        &self,
        stream: &DeliveryStream,
    ) -> Result<Vec<TailedGroup>, Error> {
        let name = &stream.name;
        let mut places = Vec::new();
        if let Some(transform) = stream.transform() {
            let function: Result<FunctionName, String> = transform.function_arn.parse();
            let function = function.map_err(|error| {
                Error::aws(format!("cannot use the transform of delivery stream `{name}`: {error}"))
            })?;
            self.check_region(stream, &function)?;
            // Other streams may use the same function, whose handler may print events.
            let place = self.of_function(&function, "transform").await?;
            places.push(TailedGroup { stream_arn: Some(stream.arn.clone()), ..place });
        }
        let is_off = stream.disabled_transform().is_some();
        if is_off {
            let doctor = self.plan.doctor.as_deref();
            let command =
                doctor.map(|it| format!(": `{it}` prints the command")).unwrap_or_default();
            self.context.warn(
                &format!("the transform of delivery stream `{name}` is not enabled: its function is never called"),
                &[&format!("set Enabled of its ProcessingConfiguration to true{command}")],
            );
        }
        match errors(stream, self.plan) {
            Some(errors) => places.push(errors?),
            None => self.context.warn(
                &format!("delivery stream `{name}` does not log its errors"),
                &["turn on CloudWatch error logging for its destination to see why records fail"],
            ),
        }
        if places.is_empty() {
            let transform =
                if is_off { "its transform is not enabled" } else { "it has no transform" };
            return Err(Error::user(format!(
                "delivery stream `{name}` has no logs: {transform}, and error logging is off"
            ))
            .hint("pass a log group with `--group`, or a function with `--function`"));
        }
        Ok(places)
    }

    /// A function of the same name in the Region of the stream is another one.
    fn check_region(&self, stream: &DeliveryStream, function: &FunctionName) -> Result<(), Error> {
        let here = self.session.region();
        let Some(region) = function.arn_region().filter(|region| *region != here) else {
            return Ok(());
        };
        let error = Error::user(format!(
            "the transform of `{}` is in {region}, the delivery stream in {here}",
            stream.name
        ))
        .hint(format!("its logs: fh logs --function {}", shell::quoted(&function.to_string())));
        let group = stream.destination.as_ref().and_then(|it| it.logging.as_ref());
        Err(match group {
            Some(logging) => error.hint(format!(
                "the errors of the stream: fh logs --region {here} --group {}",
                shell::quoted(&logging.group)
            )),
            None => error,
        })
    }

    /// Where a function logs to. If that may not be asked, it is where most do;
    /// so it is if the function is not there any more, for its logs may be.
    pub(super) async fn of_function(
        &self,
        function: &FunctionName,
        label: &str,
    ) -> Result<TailedGroup, Error> {
        let answer = LambdaClient::new(self.session).function_logs(function).await;
        let kind = match &answer {
            Err(NotDescribed::Missing(_)) => GroupKind::Group,
            _ => GroupKind::Function(function.name().to_owned()),
        };
        let group = match answer {
            Ok(logs) => self.group(function, &logs.group)?,
            Err(NotDescribed::Denied(error) | NotDescribed::Missing(error)) => {
                let group = self.group(function, &function.default_log_group())?;
                let fallback = format!("reading {}; use `--group` for another", group.in_full());
                let hints = error.hints().iter().map(String::as_str);
                let hints: Vec<_> = hints.chain([fallback.as_str()]).collect();
                self.context.warn(&error.to_string(), &hints);
                group
            }
            Err(NotDescribed::Failed(error)) => return Err(error),
        };
        let selection = selection(group, self.plan);
        Ok(TailedGroup { label: label.to_owned(), kind, selection, stream_arn: None })
    }

    /// A log group of a function, which is in the function's account: the
    /// caller's may have one of the same name.
    fn group(&self, function: &FunctionName, name: &str) -> Result<LogGroupName, Error> {
        let wrong = |error: String| Error::aws(format!("invalid response from AWS: {error}"));
        let group: LogGroupName = name.parse().map_err(wrong)?;
        let account = function.arn_account().filter(|account| Some(*account) != self.caller);
        Ok(match account {
            Some(account) => {
                let region = self.session.region();
                let partition = function.arn_partition().unwrap_or_else(|| region.partition());
                group.of_account(partition, region, account)
            }
            None => group.of_caller(self.caller),
        })
    }
}

/// Where a delivery stream logs its errors. A group of its own is read as a
/// whole, for the errors of the source backup have a log stream of their own.
fn errors(stream: &DeliveryStream, plan: &TailPlan) -> Option<Result<TailedGroup, Error>> {
    let logging = stream.destination.as_ref()?.logging.as_ref()?;
    let is_own = logging.group.rsplit('/').next() == Some(stream.name.as_str());
    let wrong = |error: String| Error::aws(format!("invalid response from AWS: {error}"));
    Some(logging.group.parse().map_err(wrong).map(|group: LogGroupName| TailedGroup {
        label: "errors".to_owned(),
        kind: GroupKind::Errors(stream.name.clone()),
        selection: Selection {
            group: group.of_caller(stream.account().parse().ok().as_ref()),
            stream: Some(logging.stream.clone()).filter(|name| !is_own && !name.is_empty()),
            prefix: None,
            pattern: plan.filter_pattern.clone(),
        },
        stream_arn: Some(stream.arn.clone()),
    }))
}
