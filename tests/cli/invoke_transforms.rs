//! The transforms that are part of `fh`: `fh invoke --transform`.

use insta::assert_snapshot;

use crate::functions::EVENT;
use crate::harness::Fh;
use crate::masks::{self, mask};

fn transform(name: &str) -> Fh {
    Fh::new().args("invoke --event").arg(EVENT).args("--transform").arg(name)
}

#[test]
fn a_built_in_transform_runs_like_any_other_function() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(transform("tour-fixed").args("--diff").run(), @r#"
    OK: the function responded
      duration  [TIME], after [TIME] of init
      request   [UUID]

    response: 4 records, 4 delivered

    event 1,983 B, response 809 B of 6,291,556 B, growth 0.41

    record 1 Ok 49668231907715301429481730562918473650281947365019283746000000
          "sector": "RETAIL",
          "change": -0.42,
          "price": 12.07,
      +   "currency": "USD"
        }
      + (a newline at the end)
    record 2 Ok 49668231907715301429481730562919682576101561994193989922000000
          "sector": "HEALTHCARE",
          "change": 0.3,
          "price": 5.5,
      +   "currency": "USD"
        }
      + (a newline at the end)
    record 3 Ok 49668231907715301429481730562920891501921176623368696098000000
          "sector": "ENERGY",
          "change": 1.16,
          "price": 4,
      +   "currency": "EUR"
        }
      + (a newline at the end)
    record 4 Ok 49668231907715301429481730562920891501921176623368696098000001
        {
          "n": 2,
      +   "currency": "USD"
        }
      + (a newline at the end)
    [exit status: 0]
    "#);
}

#[test]
fn the_mistakes_of_the_tour_look_like_those_of_a_function() {
    let _masks = mask(masks::INVOKE);
    let without_sector = r#"{"records":[{"recordId":"1","data":"e30="}]}"#;
    let called = Fh::new().args("invoke --transform tour").stdin(without_sector).run();
    assert_snapshot!(called, @r#"
    FAILED: KeyError: 'sector'
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain KeyError`
      event     44 B
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 3 lines
      err │ [ERROR] KeyError: 'sector'
      err │ Traceback (most recent call last):
      err │   in record 1 of 1, recordId 1
    [exit status: 1]
    "#);
}

#[test]
fn each_of_them_returns_every_record() {
    for name in ["passthrough", "newline", "tour-fixed"] {
        let called = transform(name).run();
        assert_eq!(called.code(), 0, "{name}: {called}");
        assert!(called.text().contains("4 delivered"), "{name}: {called}");
    }
    let event = Fh::new().args("event --records 3 --seed 1 --payload cloudwatch-logs").run();
    let called = Fh::new().args("invoke --transform cloudwatch-logs").stdin(event.text()).run();
    assert!(called.text().contains("3 delivered"), "{called}");
}

#[test]
fn an_unknown_name_lists_them_all() {
    assert_snapshot!(transform("toru").run(), @"
    ------- stderr -------
    fh: invalid value `toru` for `--transform`
      hint: a similar value: tour
      hint: possible values: passthrough, newline, cloudwatch-logs, tour, tour-fixed
    [exit status: 2]
    ");
}

#[test]
fn without_a_runtime_api_the_process_of_a_transform_says_what_is_missing() {
    assert_snapshot!(Fh::new().args("transform tour --api 127.0.0.1:1").run(), @"
    ------- stderr -------
    fh: no events from the Lambda Runtime API at `127.0.0.1:1`: Connection refused (os error 111)
    [exit status: 2]
    ");
}
