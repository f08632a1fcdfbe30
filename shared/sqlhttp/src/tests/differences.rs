//! Every type read over TCP and over HTTP.
use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp, civil::Date};
use postgres_types::{FromSqlOwned, ToSql, Type};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Both, both, run, soon};
use crate::{Batch, Row};

/// Sends values as parameters both ways, and reads them back both ways.
fn agrees<T>(ty: &Type, values: impl Strategy<Value = T>)
where
    T: ToSql + FromSqlOwned + Debug + PartialEq + Sync + Send,
{
    let servers = run(both());
    let mut runner = TestRunner::new(Config { cases: 12, ..Config::default() });
    // Several at a time: each case is a request.
    runner
        .run(&vec(option::weighted(0.9, values), 1..20), |values| {
            let params: Vec<crate::Value<'_>> =
                values.iter().map(|value| (value as &(dyn ToSql + Sync), ty.clone())).collect();
            let columns: Vec<String> =
                (1..=values.len()).map(|n| format!("${n} as c{n}")).collect();
            let sql = format!("select {}", columns.join(", "));
            for Both { tcp, http } in &servers {
                let (tcp, http) = run(async {
                    let tcp = tcp.query_typed(&sql, &params).await.unwrap();
                    (tcp, http.query(&sql, &params, soon()).await.unwrap())
                });
                for (at, value) in values.iter().enumerate() {
                    let name = format!("c{}", at + 1);
                    let over_tcp: Option<T> = tcp[0].try_get(name.as_str()).unwrap();
                    let over_http: Option<T> = http[0].try_get(&name).unwrap();
                    prop_assert_eq!(&over_http, &over_tcp);
                    prop_assert_eq!(&over_http, value);
                }
            }
            Ok(())
        })
        .unwrap();
}

/// What text can be hard to quote with.
fn text() -> impl Strategy<Value = String> {
    const HARD: &[&str] = &[
        "", "NULL", "null", "\\", "\"", "'", "{", "}", "{}", ",", " ", "\n", "\t", "\r", "\\x",
        "$1", "$$", "☃", "😀", "\u{1}", "\u{fffd}",
    ];
    vec(prop_oneof![proptest::sample::select(HARD).prop_map(str::to_owned), "[^\\x00]{0,6}"], 0..6)
        .prop_map(|parts| parts.concat())
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec((text(), inner), 0..4).prop_map(|pairs| Json::Object(pairs.into_iter().collect())),
        ]
    })
}

#[test]
fn text_is_the_same() {
    agrees(&Type::TEXT, text());
    agrees(&Type::VARCHAR, text());
}

#[test]
fn numbers_and_booleans_are_the_same() {
    agrees(&Type::BOOL, any::<bool>());
    agrees(&Type::INT2, any::<i16>());
    agrees(&Type::INT4, any::<i32>());
    agrees(&Type::INT8, any::<i64>());
    agrees(&Type::FLOAT4, any::<f32>());
    agrees(&Type::FLOAT8, any::<f64>());
}

#[test]
fn bytes_and_uuids_are_the_same() {
    agrees(&Type::BYTEA, vec(any::<u8>(), 0..40));
    agrees(&Type::UUID, any::<u128>().prop_map(Uuid::from_u128));
}

#[test]
fn json_is_the_same() {
    agrees(&Type::JSONB, json());
    agrees(&Type::JSON, json());
}

#[test]
fn arrays_are_the_same() {
    agrees(&Type::TEXT_ARRAY, vec(option::of(text()), 0..6));
    agrees(&Type::TEXT_ARRAY, vec(text(), 0..6));
    agrees(&Type::INT8_ARRAY, vec(option::of(any::<i64>()), 0..6));
    agrees(&Type::BOOL_ARRAY, vec(any::<bool>(), 0..6));
    agrees(&Type::UUID_ARRAY, vec(any::<u128>().prop_map(Uuid::from_u128), 0..6));
    agrees(&Type::BYTEA_ARRAY, vec(vec(any::<u8>(), 0..9), 0..6));
    agrees(&Type::JSONB_ARRAY, vec(json(), 0..4));
    agrees(&Type::TIMESTAMPTZ_ARRAY, vec(timestamp(), 0..4));
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    // 4713 BC, where PostgreSQL begins, to 9999, where jiff ends.
    (-210_000_000_000_000_000..253_000_000_000_000_000_i64)
        .prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
}

#[test]
fn dates_and_times_are_the_same() {
    let epoch = Date::constant(2000, 1, 1);
    let date = (-2_000_000..2_900_000_i64)
        .prop_map(move |days| epoch.checked_add(SignedDuration::from_hours(days * 24)).unwrap());
    agrees(&Type::DATE, date);
    agrees(&Type::TIMESTAMPTZ, timestamp());
    agrees(
        &Type::TIMESTAMP,
        timestamp().prop_map(|time| time.to_zoned(jiff::tz::TimeZone::UTC).datetime()),
    );
}

/// Reads `expression` as `T` both ways: the same value, or no value.
async fn same<T: FromSqlOwned + Debug + PartialEq>(servers: &[Both], expression: &str) {
    for Both { tcp, http } in servers {
        let sql = format!("select {expression} as it");
        let tcp = tcp.query_typed(&sql, &[]).await.unwrap()[0].try_get::<_, T>("it").ok();
        let http = http.query(&sql, &[], soon()).await.unwrap()[0].try_get::<T>("it").ok();
        assert_eq!(http, tcp, "{expression}");
    }
}

#[test]
fn what_rust_cannot_hold_is_refused_both_ways() {
    run(async {
        let servers = &both().await;
        for time in [
            "infinity",
            "-infinity",
            "0044-03-15 BC",
            "4713-01-01 BC",
            "294276-12-31 23:59:59.999999",
            "9999-12-31",
        ] {
            same::<Timestamp>(servers, &format!("'{time}'::timestamptz")).await;
            same::<Option<Date>>(servers, &format!("'{time}'::timestamp::date")).await;
        }
        same::<f64>(servers, "'NaN'::float8 is null").await;
        same::<Vec<i32>>(servers, "'{{1,2},{3,4}}'::int[]").await;
        same::<Vec<i32>>(servers, "'[0:1]={1,2}'::int[]").await;
        same::<Vec<i32>>(servers, "'{1,null}'::int[]").await;
        same::<Vec<Option<i32>>>(servers, "'{1,null}'::int[]").await;
        same::<Vec<String>>(servers, "'{}'::text[]").await;
        same::<String>(servers, "null::text").await;
        same::<Option<String>>(servers, "null::text").await;
    });
}

#[test]
fn a_type_is_checked_as_over_tcp() {
    run(async {
        let servers = &both().await;
        for expression in [
            "1::int2",
            "1::int4",
            "1::int8",
            "'1'::text",
            "'1'::name",
            "'1'::bpchar",
            "1::numeric",
            "true",
            "'1'::char",
            "'1'::xml",
            "'{1}'::int[]",
            "'1'::json",
            "to_jsonb(1)",
            "now()",
            "1::oid",
            "'tsvector'::regtype",
            "'1 day'::interval",
            "'(1,2)'::point",
            "row(1)",
        ] {
            same::<i16>(servers, expression).await;
            same::<i32>(servers, expression).await;
            same::<i64>(servers, expression).await;
            same::<u32>(servers, expression).await;
            same::<bool>(servers, expression).await;
            same::<String>(servers, expression).await;
            same::<Json>(servers, expression).await;
            same::<Vec<i32>>(servers, expression).await;
        }
    });
}

#[test]
fn offsets_of_any_time_zone_are_understood() {
    run(async {
        for Both { tcp, http } in &both().await {
            for zone in
                ["Europe/Amsterdam", "Asia/Kolkata", "America/St_Johns", "Africa/Monrovia", "UTC"]
            {
                let sql = "select '1899-06-01 12:00:00.5'::timestamptz as old, '2026-06-01'::timestamptz as new";
                let mut batch = Batch::new();
                batch.push(&format!("set local timezone = '{zone}'"), &[]).unwrap();
                batch.push(sql, &[]).unwrap();
                let rows: Vec<Row> = http.batch(&batch, soon()).await.unwrap().remove(1);
                tcp.batch_execute(&format!("set timezone = '{zone}'")).await.unwrap();
                let over_tcp = tcp.query_typed(sql, &[]).await.unwrap();
                for column in ["old", "new"] {
                    let time: Timestamp = rows[0].try_get(column).unwrap();
                    assert_eq!(time, over_tcp[0].get::<_, Timestamp>(column), "{zone} {column}");
                }
            }
        }
    });
}

#[test]
fn an_unusual_text_form_is_refused_rather_than_guessed() {
    run(async {
        for both in both().await {
            let mut batch = Batch::new();
            batch.push("set local datestyle = 'german'", &[]).unwrap();
            batch.push("set local bytea_output = 'escape'", &[]).unwrap();
            batch.push("select now() as time, current_date as day, '\\x00ff'::bytea as bytes, '\\x41'::bytea as letter", &[]).unwrap();
            let row = both.http.batch(&batch, soon()).await.unwrap().remove(2).remove(0);

            assert!(row.try_get::<Timestamp>("time").is_err());
            assert!(row.try_get::<Date>("day").is_err());
            assert!(row.try_get::<Vec<u8>>("bytes").is_err());
            assert!(row.try_get::<Vec<u8>>("letter").is_err());
        }
    });
}

#[test]
fn columns_of_one_name_are_told_apart_as_over_tcp() {
    run(async {
        for Both { tcp, http } in &both().await {
            let sql = "select 1 as n, 2 as n, 3 as \"N\"";
            let (tcp, http) = (
                tcp.query_typed(sql, &[]).await.unwrap(),
                http.query(sql, &[], soon()).await.unwrap(),
            );
            for name in ["n", "N"] {
                assert_eq!(http[0].try_get::<i32>(name).unwrap(), tcp[0].get::<_, i32>(name));
            }
            assert!(http[0].try_get::<i32>("m").is_err());
            assert_eq!(http[0].columns().len(), 3);
        }
    });
}

#[test]
fn a_statement_means_what_it_means_over_tcp() {
    run(async {
        for Both { tcp, http } in &both().await {
            // Without types the server would take these for text, text and integer.
            let sql = "select pg_typeof($1)::text as a, pg_typeof(coalesce($2))::text as b, pg_typeof($3 + 1)::text as c";
            let params: [crate::Value<'_>; 3] =
                [(&1_i64, Type::INT8), (&json!({}), Type::JSONB), (&1_i64, Type::INT8)];
            let (tcp, http) = (
                tcp.query_typed(sql, &params).await.unwrap(),
                http.query(sql, &params, soon()).await.unwrap(),
            );
            for name in ["a", "b", "c"] {
                assert_eq!(http[0].try_get::<String>(name).unwrap(), tcp[0].get::<_, String>(name));
            }
        }
    });
}
